namespace SimClr.Data;

/// <summary>The number of bytes to which a file may still be inflated.</summary>
internal sealed class InflationBudget(long fileLength)
{
    // Each inflated byte may become a number of 8 bytes. Labels take a few bytes per image and compress to a tenth,
    // equal ones further.
    private const int MaxExpansion = 16;
    private const long Allowance = 16L << 20;

    public long Remaining { get; set; } = (fileLength * MaxExpansion) + Allowance;
}
