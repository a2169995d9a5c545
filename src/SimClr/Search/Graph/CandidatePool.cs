namespace SimClr.Search;

/// <summary>
/// The nearest nodes seen in a graph search, nearest first, each with a mark if its links were followed. A node is a
/// single number that sorts by similarity, then by row, so the result does not depend on the order of insertion.
/// </summary>
internal sealed class CandidatePool
{
    private const ulong Followed = 1;

    private ulong[] entries = new ulong[256];
    private int width;
    private int next;

    public int Count { get; private set; }

    public bool IsFull => Count == width;

    public int Row(int place) => (int)(~(entries[place] >> 1) & int.MaxValue);

    public float Similarity(int place) => Number((uint)(entries[place] >> 32));

    /// <summary>Empties the pool.</summary>
    /// <param name="width">The maximum number of nodes.</param>
    public void Clear(int width)
    {
        if (entries.Length < width)
        {
            entries = new ulong[width];
        }

        (this.width, Count, next) = (width, 0, 0);
    }

    /// <summary>Adds a node unless the pool is full of nearer ones.</summary>
    public void Add(int row, float similarity)
    {
        ulong entry = ((ulong)Bits(similarity) << 32) | ((ulong)(~(uint)row & int.MaxValue) << 1);
        if (Count == width && entry <= entries[Count - 1])
        {
            return;
        }

        int place = PlaceOf(entry);
        Count = Math.Min(Count + 1, width);
        Array.Copy(entries, place, entries, place + 1, Count - 1 - place);
        entries[place] = entry;
        next = Math.Min(next, place);
    }

    /// <summary>
    /// Returns the nearest node whose links were not yet followed, and marks it as followed; −1 if there is none.
    /// </summary>
    public int Next()
    {
        while (next < Count && (entries[next] & Followed) != 0)
        {
            next++;
        }

        if (next == Count)
        {
            return -1;
        }

        entries[next] |= Followed;
        return Row(next);
    }

    /// <summary>Marks all links as not yet followed, to continue on the layer below.</summary>
    public void Restart()
    {
        for (int place = 0; place < Count; place++)
        {
            entries[place] &= ~Followed;
        }

        next = 0;
    }

    private int PlaceOf(ulong entry)
    {
        (int low, int high) = (0, Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (entries[middle] > entry)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Floats as integers of the same sort order.
    private static uint Bits(float number)
    {
        uint bits = BitConverter.SingleToUInt32Bits(number);
        return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
    }

    private static float Number(uint bits)
        => BitConverter.UInt32BitsToSingle((bits & 0x80000000) != 0 ? bits & 0x7FFFFFFF : ~bits);
}
