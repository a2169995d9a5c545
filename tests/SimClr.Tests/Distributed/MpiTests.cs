using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using SimClr.RankProgram;

namespace SimClr.Tests.Distributed;

/// <summary>
/// Two ranks under a real launcher: their communication, and their messages when one of them is gone.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class MpiTests
{
    // Seconds that a call may take. A rank counts as silent after half of them: with fewer, a rank that is alive would
    // seem silent on a busy machine.
    private const string Patience = "4";

    public static TheoryData<string> Launchers => [.. Mpirun.Launchers];

    [Theory]
    [MemberData(nameof(Launchers))]
    public void Mpi_satisfies_the_communicator_contract(string launcher)
    {
        using Mpirun job = Start(launcher, 2, "check");
        int code = job.Wait();
        Assert.True(code == 0, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Matches(@"^\d+ checks passed on 2 ranks$", job.Output.Trim());
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public void Single_threaded_mpi_satisfies_the_communicator_contract(string launcher)
    {
        using Mpirun job = Start(launcher, 2, "check-single");
        int code = job.Wait();
        Assert.True(code == 0, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Matches(@"^\d+ checks passed on 2 ranks$", job.Output.Trim());
    }

    [Fact]
    public void Three_ranks_satisfy_the_communicator_contract()
    {
        using Mpirun job = Start(Mpirun.Launchers[0], 3, "check");
        int code = job.Wait();
        Assert.True(code == 0, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Matches(@"^\d+ checks passed on 3 ranks$", job.Output.Trim());
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public void A_stopped_rank_is_named_and_the_job_ends(string launcher)
    {
        using Mpirun job = Start(launcher, 2, "work", Patience);
        job.WaitUntil(() => Processes().Count(job.Output) == 2);
        int stopped = int.Parse(
            Processes().Matches(job.Output).Single(match => match.Groups[1].Value == "1").Groups[2].Value,
            CultureInfo.InvariantCulture);
        Mpirun.Signal("STOP", stopped);
        int code = job.Wait();
        Assert.True(code == 1, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Contains(
            $"not heard from: rank 1 (process {stopped} on {Environment.MachineName}, silent for ",
            job.Error,
            StringComparison.Ordinal);
        Assert.Single(Errors().Matches(job.Error));
    }

    [Fact]
    public void A_rank_that_does_not_join_is_named_and_the_job_ends()
    {
        using Mpirun job = Start(Mpirun.Launchers[0], 2, "late", Patience, "0");
        int code = job.Wait();
        Assert.True(code == 1, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Contains(
            "all ranks were heard from; alive, but not in that call: rank 0 (process ",
            job.Error,
            StringComparison.Ordinal);
        Assert.Single(Errors().Matches(job.Error));
    }

    [Fact]
    public void An_abort_ends_all_ranks_with_its_exit_code()
    {
        using Mpirun job = Start(Mpirun.Launchers[0], 2, "abort", "1", "7");
        Assert.Equal(7, job.Wait());
    }

    private static Mpirun Start(string launcher, int ranks, params string[] arguments)
    {
        Assert.SkipWhen(Mpirun.Missing(launcher) is not null, Mpirun.Missing(launcher) ?? "");
        return Mpirun.StartProgram(launcher, ranks, arguments);
    }

    [GeneratedRegex(@"rank (\d) is process (\d+)")]
    private static partial Regex Processes();

    [GeneratedRegex("^error: ", RegexOptions.Multiline)]
    private static partial Regex Errors();
}
