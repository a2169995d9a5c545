namespace SimClr;

/// <summary>
/// The base class of errors that a user can act on. The message says what was received, what was expected, where, and
/// what to do. Any other exception is a bug.
/// </summary>
public abstract class SimClrException : Exception
{
    private protected SimClrException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    private protected SimClrException(IReadOnlyList<string> lines, Exception? inner)
        : base(string.Join("\n  ", lines), inner) => Lines = lines;

    /// <summary>The lines of the message. A line break within a line is part of a name.</summary>
    public IReadOnlyList<string> Lines { get => field ?? [Message]; }

    /// <summary>The exit code of the command line for this error.</summary>
    public abstract int ExitCode { get; }
}

/// <summary>Invalid usage or configuration. Exit code 2.</summary>
public sealed class ConfigurationException : SimClrException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message: what was received, what was expected, where, and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
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

/// <summary>Unusable data. Exit code 3.</summary>
public sealed class DataException : SimClrException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message: what was received, what was expected, where, and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
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

/// <summary>Diverged training: a loss or gradient that is not finite. Exit code 4.</summary>
public sealed class DivergenceException(string message, Exception? inner = null) : SimClrException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 4;
}

/// <summary>A resumed run that does not match the original. Exit code 5.</summary>
public sealed class ResumeMismatchException : SimClrException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message: what was received, what was expected, where, and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
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
