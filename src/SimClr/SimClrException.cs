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

    /// <summary>The exit code with which the command line ends on this error.</summary>
    public abstract int ExitCode { get; }
}

/// <summary>Wrong usage or configuration: exit code 2.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : SimClrException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 2;
}

/// <summary>Data that cannot be used: exit code 3.</summary>
public sealed class DataException(string message, Exception? inner = null) : SimClrException(message, inner)
{
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
public sealed class ResumeMismatchException(string message, Exception? inner = null) : SimClrException(message, inner)
{
    /// <inheritdoc/>
    public override int ExitCode => 5;
}
