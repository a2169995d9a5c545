namespace SimClr.Search;

/// <summary>A row that was found.</summary>
/// <param name="Row">Its number, in the order of adding.</param>
/// <param name="Similarity">Cosine of the angle between it and the query, −1 … 1; 0 where one of them is all zeros.</param>
public readonly record struct Neighbor(int Row, float Similarity) : IComparable<Neighbor>
{
    /// <summary>The more similar first; of equals the one added first.</summary>
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
