namespace SimClr.Duplicates;

/// <summary>
/// A search for the nearest of many hashes within a number of bits, by multi-index hashing (Norouzi, Punjani and Fleet
/// 2012, arXiv 1307.2982): hashes that differ in at most r bits differ in at most ⌊r/4⌋ bits of one of their four parts
/// of 16 bits. Only the hashes that share such a part are compared, so that the time does not grow with the square of
/// their number.
/// </summary>
internal sealed class HashIndex
{
    private const int Parts = 4;
    private const int PartBits = 16;

    private readonly int maxDistance;
    private readonly int[] changes;
    private readonly Dictionary<ushort, List<int>>[] byPart = [.. Enumerable.Range(0, Parts).Select(
        _ => new Dictionary<ushort, List<int>>())];

    private readonly List<(ulong Hash, int Value)> entries = [];

    /// <summary>Creates an empty index.</summary>
    /// <param name="maxDistance">The maximum number of differing bits.</param>
    public HashIndex(int maxDistance)
    {
        this.maxDistance = maxDistance;
        changes = [.. Enumerable.Range(0, 1 << PartBits)
            .Where(bits => int.PopCount(bits) <= maxDistance / Parts)];
    }

    public void Add(ulong hash, int value)
    {
        for (int part = 0; part < Parts; part++)
        {
            ushort key = Key(hash, part);
            if (!byPart[part].TryGetValue(key, out List<int>? bucket))
            {
                byPart[part].Add(key, bucket = []);
            }

            bucket.Add(entries.Count);
        }

        entries.Add((hash, value));
    }

    /// <summary>
    /// Returns the value of the nearest hash and its distance; of equally near ones, the first added. Null if there is
    /// none.
    /// </summary>
    public (int Value, int Distance)? Nearest(ulong hash)
    {
        int best = -1;
        int least = maxDistance + 1;
        for (int part = 0; part < Parts; part++)
        {
            ushort key = Key(hash, part);
            foreach (int change in changes)
            {
                if (!byPart[part].TryGetValue((ushort)(key ^ change), out List<int>? bucket))
                {
                    continue;
                }

                foreach (int entry in bucket)
                {
                    int distance = PerceptualHash.Distance(hash, entries[entry].Hash);
                    if (distance < least || (distance == least && entry < best))
                    {
                        (best, least) = (entry, distance);
                    }
                }
            }
        }

        return best < 0 ? null : (entries[best].Value, least);
    }

    private static ushort Key(ulong hash, int part) => (ushort)(hash >> (part * PartBits));
}
