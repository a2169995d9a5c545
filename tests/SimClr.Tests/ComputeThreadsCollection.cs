namespace SimClr.Tests;

/// <summary>
/// Tests that train set the number of compute threads, which the process has once and which changes the last bits: they
/// run one after another.
/// </summary>
internal static class ComputeThreadsCollection
{
    public const string Name = "compute threads";
}
