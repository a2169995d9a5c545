using SimClr.Distributed;
using SimClr.RankProgram;

namespace SimClr.Tests.Distributed;

/// <summary>The contract of every communicator. The tests of MPI are in <see cref="MpiTests"/>.</summary>
public sealed class CommunicatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Threads_keep_what_a_communicator_promises(int size)
        => Assert.All(ThreadRanks.Run(size, CommunicatorChecks.All), checks => Assert.True(checks > 5));

    [Fact]
    public void A_single_process_keeps_what_a_communicator_promises()
        => Assert.True(CommunicatorChecks.All(SingleProcess.Instance) > 5);

    [Fact]
    public void Nccl_leaves_to_the_communicator_below_what_is_not_on_a_graphics_processor()
        => Assert.All(
            ThreadRanks.Run(2, ranks => CommunicatorChecks.All(new Nccl(ranks, NcclLibrary.Load))), checks => Assert.True(checks > 5));
}
