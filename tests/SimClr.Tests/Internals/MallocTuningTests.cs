using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class MallocTuningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("0\n", false)]
    [InlineData("1\n", false)]
    [InlineData("2\n", true)]
    [InlineData("", false)]
    public void Strict_overcommit_is_recognized(string setting, bool counted)
    {
        folder.Write("overcommit_memory", System.Text.Encoding.ASCII.GetBytes(setting));
        Assert.Equal(counted, MallocTuning.IsStrictOvercommit(folder.PathOf("overcommit_memory")));
        Assert.False(MallocTuning.IsStrictOvercommit(folder.PathOf("missing")));
    }
}
