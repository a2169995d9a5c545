namespace SimClr.Tests;

/// <summary>
/// Tests that train set the number of compute threads, which is global to the process and affects the last bits, so
/// they run one after another.
/// </summary>
internal static class ComputeThreadsCollection
{
    public const string Name = "compute threads";
}
