namespace SimClr.Search;

/// <summary>A row found by a search.</summary>
/// <param name="Row">The number of the row, in order of insertion.</param>
/// <param name="Similarity">
/// The cosine of the angle between the row and the query, −1 … 1; 0 if either is all zeros.
/// </param>
public readonly record struct Neighbor(int Row, float Similarity) : IComparable<Neighbor>
{
    /// <summary>Orders neighbors by descending similarity; ties are in order of insertion.</summary>
    public int CompareTo(Neighbor other)
    {
        int bySimilarity = other.Similarity.CompareTo(Similarity);
        return bySimilarity != 0 ? bySimilarity : Row.CompareTo(other.Row);
    }

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Neighbor left, Neighbor right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Neighbor left, Neighbor right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Neighbor left, Neighbor right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Neighbor left, Neighbor right) => left.CompareTo(right) >= 0;
}
