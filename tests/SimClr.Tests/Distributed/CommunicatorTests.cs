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
    public void Thread_ranks_satisfy_the_communicator_contract(int size)
        => Assert.All(ThreadRanks.Run(size, CommunicatorChecks.All), checks => Assert.True(checks > 5));

    [Fact]
    public void A_single_process_satisfies_the_communicator_contract()
        => Assert.True(CommunicatorChecks.All(SingleProcess.Instance) > 5);

    [Fact]
    public void Nccl_delegates_tensors_outside_the_gpu_to_the_inner_communicator()
        => Assert.All(
            ThreadRanks.Run(2, ranks => CommunicatorChecks.All(new Nccl(ranks, NcclLibrary.Load))),
            checks => Assert.True(checks > 5));
}
