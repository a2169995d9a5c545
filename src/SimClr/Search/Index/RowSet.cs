namespace SimClr.Search;

/// <summary>A set of removed rows, one bit each.</summary>
internal sealed class RowSet
{
    private ulong[] bits = [];

    public int Count { get; private set; }

    public bool Contains(int row) => row >> 6 < bits.Length && (bits[row >> 6] >> (row & 63) & 1) != 0;

    /// <returns>False if the row was already in the set.</returns>
    public bool Add(int row)
    {
        if (Contains(row))
        {
            return false;
        }

        if (row >> 6 >= bits.Length)
        {
            Array.Resize(ref bits, Math.Max((row >> 6) + 1, 2 * bits.Length));
        }

        bits[row >> 6] |= 1UL << (row & 63);
        Count++;
        return true;
    }
}
