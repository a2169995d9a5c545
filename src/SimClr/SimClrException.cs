namespace SimClr;

/// <summary>
/// The base of every error that a user can act on: its message says what was got, what was expected, where, and
/// what to do. Anything else that is thrown is a bug.
/// </summary>
public abstract class SimClrException : Exception
{
    private protected SimClrException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    private protected SimClrException(IReadOnlyList<string> lines, Exception? inner)
        : base(string.Join("\n  ", lines), inner) => Lines = lines;

    /// <summary>The message in its lines: a line break within one is part of a name.</summary>
    public IReadOnlyList<string> Lines { get => field ?? [Message]; }

    /// <summary>The exit code with which the command line ends on this error.</summary>
    public abstract int ExitCode { get; }
}

/// <summary>Wrong usage or configuration: exit code 2.</summary>
public sealed class ConfigurationException : SimClrException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was got, what was expected, where, and what to do.</param>
    /// <param name="inner">What was thrown first, or null.</param>
    public ConfigurationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Creates an exception with a message of several lines.</summary>
    /// <param name="lines">The lines. All but the first are indented.</param>
    /// <param name="inner">The original exception, or null.</param>
    public ConfigurationException(IReadOnlyList<string> lines, Exception? inner = null)
        : base(lines, inner)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => 2;
}

/// <summary>Data that cannot be used: exit code 3.</summary>
public sealed class DataException : SimClrException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was got, what was expected, where, and what to do.</param>
    /// <param name="inner">What was thrown first, or null.</param>
    public DataException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Creates an exception with a message of several lines.</summary>
    /// <param name="lines">The lines. All but the first are indented.</param>
    /// <param name="inner">The original exception, or null.</param>
    public DataException(IReadOnlyList<string> lines, Exception? inner = null)
        : base(lines, inner)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => 3;
}

/// <summary>Training diverged (a loss or gradient that is not finite): exit code 4.</summary>
public sealed class DivergenceException(string message, Exception? inner = null) : SimClrException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 4;
}

/// <summary>A resumed run does not match what it was started with: exit code 5.</summary>
public sealed class ResumeMismatchException : SimClrException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was got, what was expected, where, and what to do.</param>
    /// <param name="inner">What was thrown first, or null.</param>
    public ResumeMismatchException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Creates an exception with a message of several lines.</summary>
    /// <param name="lines">The lines. All but the first are indented.</param>
    /// <param name="inner">The original exception, or null.</param>
    public ResumeMismatchException(IReadOnlyList<string> lines, Exception? inner = null)
        : base(lines, inner)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => 5;
}
