using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Tests.Internals;

public sealed class MayDifferTests
{
    [Fact]
    public void Sessions_may_differ_in_length_files_and_machine_only()
        => Assert.Equal(
            [
                "batch.memory", "checkpoint.every_epochs", "checkpoint.every_steps", "checkpoint.keep", "data.cache",
                "data.max_skipped", "data.workers", "device", "schedule.epochs", "threads",
            ],
            ConfigurationKeys.ThatMayDiffer(Between.Sessions).Order(StringComparer.Ordinal));

    [Fact]
    public void Ranks_may_differ_in_their_machines_only()
        => Assert.Equal(
            ["batch.memory", "data.cache", "data.workers", "threads"],
            ConfigurationKeys.ThatMayDiffer(Between.Ranks).Order(StringComparer.Ordinal));
}
