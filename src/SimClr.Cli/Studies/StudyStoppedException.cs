namespace SimClr.Cli.Studies;

/// <summary>A command of a study failed or was interrupted; it has reported the reason itself.</summary>
/// <param name="exitCode">Its exit code, which becomes that of the study.</param>
/// <param name="message">How to continue.</param>
internal sealed class StudyStoppedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
