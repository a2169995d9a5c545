using SimClr.Distributed;

namespace SimClr.Tests.Distributed;

/// <summary>The threads that may call MPI, by the thread level that it provides.</summary>
public sealed class MpiThreadsTests
{
    private const int Starter = 1;
    private const int Backward = 2;

    public static TheoryData<string, int, bool, bool> Levels => new()
    {
        { "MPICH", 0, false, false },    // single
        { "MPICH", 1, false, false },    // funneled
        { "MPICH", 2, true, false },     // serialized
        { "MPICH", 3, true, true },      // multiple
        { "standard", 0, false, false },
        { "standard", 1024, false, false },
        { "standard", 2048, true, false },
        { "standard", 4096, true, true },
    };

    [Theory]
    [MemberData(nameof(Levels))]
    public void The_thread_of_the_backward_pass_may_call_mpi_if_the_thread_level_allows(
        string abi, int level, bool others, bool overlap)
    {
        var threads = new MpiThreads(abi == "MPICH" ? MpiAbi.Mpich : MpiAbi.Standard, "libmpi", level, Starter);
        threads.Check(Starter);
        Assert.Equal(overlap, threads.MayOverlap);
        if (others)
        {
            threads.Check(Backward);
        }
        else
        {
            Assert.Contains(
                "batch.norm=rank",
                Assert.Throws<CommunicationException>(() => threads.Check(Backward)).Message,
                StringComparison.Ordinal);
        }
    }
}
