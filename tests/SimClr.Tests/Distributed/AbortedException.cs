namespace SimClr.Tests.Distributed;

/// <summary>
/// A rank aborted the job: if ranks are threads, the run throws this exception instead of ending the process.
/// </summary>
internal sealed class AbortedException(int rank, int exitCode)
    : Exception($"rank {rank} aborted with exit code {exitCode}")
{
    public int Rank => rank;

    public int ExitCode => exitCode;
}
