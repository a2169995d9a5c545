namespace SimClr.Cli;

/// <summary>Ends the command with an exit code and no message, because another rank has reported the error.</summary>
internal sealed class SilentException(int exitCode, Exception inner) : Exception(inner.Message, inner)
{
    public int ExitCode => exitCode;
}
