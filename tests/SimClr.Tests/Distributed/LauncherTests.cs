using SimClr.Distributed;

namespace SimClr.Tests.Distributed;

/// <summary>The launcher of this process, recognized from the environment.</summary>
public sealed class LauncherTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=1", "OpenMpi 1 4")]
    [InlineData("PMI_RANK=0 PMI_SIZE=2", "Pmi 0 2")]
    [InlineData("PMI_RANK=3 PMI_SIZE=4 SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4 SLURM_STEP_ID=0", "Pmi 3 4")]
    [InlineData("PMIX_RANK=2 SLURM_STEP_NUM_TASKS=3 SLURM_STEP_ID=0", "Pmix 2 3")]
    [InlineData("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2 SLURM_STEP_ID=0", "Unconnected 1 2")]
    [InlineData("SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1 SLURM_STEP_ID=0", null)]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=4", null)]
    [InlineData("OMPI_COMM_WORLD_RANK=x OMPI_COMM_WORLD_SIZE=4", null)]
    [InlineData("PMI_RANK=2 PMI_SIZE=2", null)]
    [InlineData("", null)]
    public void The_launcher_is_known_by_its_variables(string environment, string? expected)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var found = Launcher.Find(variables.GetValueOrDefault);
        Assert.Equal(expected, found is null ? null : $"{found.Kind} {found.Rank} {found.Size}");
    }

    [Fact]
    public void The_launchers_library_is_tried_first()
    {
        Assert.Contains(
            "libmpi", MpiLibrary.Names(new Launcher(LauncherKind.OpenMpi, 0, 2))[0], StringComparison.Ordinal);
        Assert.Contains(
            "libmpich", MpiLibrary.Names(new Launcher(LauncherKind.Pmi, 0, 2))[0], StringComparison.Ordinal);
        Assert.Equal(MpiLibrary.Names(null).Order(), MpiLibrary.Names(new Launcher(LauncherKind.Pmi, 0, 2)).Order());
    }

    [Fact]
    public void Without_a_launcher_there_is_one_process_and_nothing_is_loaded()
    {
        Assert.SkipWhen(Launch.IsDistributed, "the tests themselves run under a launcher");
        Assert.Same(SingleProcess.Instance, Launch.Connect());
        Assert.Equal(0, Launch.Rank);
    }
}
