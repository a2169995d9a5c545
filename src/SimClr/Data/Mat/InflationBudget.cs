namespace SimClr.Data;

/// <summary>How many bytes a file may still be inflated to.</summary>
internal sealed class InflationBudget(long fileLength)
{
    // Each inflated byte may become a number of 8. Labels are a few bytes an image, and shrink to a tenth, equal ones more.
    private const int MaxExpansion = 16;
    private const long Allowance = 16L << 20;

    public long Remaining { get; set; } = (fileLength * MaxExpansion) + Allowance;
}
