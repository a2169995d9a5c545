namespace SimClr.Evaluation;

/// <summary>The progress of a part of the work, reported as progress of the whole.</summary>
internal sealed class ProgressOffset(IProgress<int> whole, int before) : IProgress<int>
{
    public void Report(int value) => whole.Report(before + value);
}
