namespace SimClr.Cli;

/// <summary>The command ends with an exit code and no word: another rank of the run has said why.</summary>
internal sealed class SilentException(int exitCode, Exception inner) : Exception(inner.Message, inner)
{
    public int ExitCode => exitCode;
}
