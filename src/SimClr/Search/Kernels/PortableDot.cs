namespace SimClr.Search;

/// <summary>A plain loop for any processor.</summary>
internal readonly unsafe struct PortableDot : IInt8Dot
{
    public static int Compute(byte* stored, sbyte* query, int length)
    {
        int sum = 0;
        for (int i = 0; i < length; i++)
        {
            sum += stored[i] * query[i];
        }

        return sum;
    }
}
