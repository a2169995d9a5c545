using System.Numerics.Tensors;
using SimClr.Embeddings;

namespace SimClr.Search;

/// <summary>The embeddings of a table as vectors of length 1, whose inner products are cosines.</summary>
internal sealed class UnitRows
{
    private UnitRows(float[] values, int dimension)
    {
        (Values, Dimension, Count) = (values, dimension, values.Length / dimension);
    }

    /// <summary>All values, row by row.</summary>
    public float[] Values { get; }

    public int Dimension { get; }

    public int Count { get; }

    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimension, Dimension);

    /// <summary>Checks a table and scales its rows to length 1.</summary>
    /// <param name="table">The embeddings.</param>
    /// <param name="minRows">The minimum number of rows.</param>
    /// <param name="purpose">The purpose of the rows, for the message.</param>
    /// <exception cref="DataException">There are fewer rows, numbers that are not finite, or rows of zeros.</exception>
    public static UnitRows FromTable(EmbeddingTable table, int minRows, string purpose)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Count < minRows)
        {
            throw new DataException($"got {table.Count} embedding(s), expected at least {minRows} to {purpose}");
        }

        table.RequireFinite();
        table.RequireDirections();
        return new UnitRows(table.Normalized().Values, table.Dimension);
    }

    /// <summary>Copies some of the rows.</summary>
    public UnitRows Subset(IReadOnlyList<int> rows) => new(Gather(rows), Dimension);

    /// <summary>Copies the values of some of the rows, in the given order.</summary>
    public float[] Gather(IReadOnlyList<int> rows)
    {
        float[] values = new float[rows.Count * Dimension];
        for (int i = 0; i < rows.Count; i++)
        {
            this[rows[i]].CopyTo(values.AsSpan(i * Dimension));
        }

        return values;
    }

    /// <summary>Computes the cosine of two rows, with a result that does not depend on other computations.</summary>
    public float Cosine(int one, int other) => Math.Clamp(TensorPrimitives.Dot(this[one], this[other]), -1, 1);

    /// <summary>
    /// Throws if all embeddings are the same: the encoder collapsed, or the table holds one image many times.
    /// </summary>
    /// <exception cref="DataException">All embeddings are the same.</exception>
    public void RequireDifferent()
    {
        for (int row = 1; row < Count; row++)
        {
            if (!this[row].SequenceEqual(this[0]))
            {
                return;
            }
        }

        throw new DataException(
            $"all {Count} embeddings point the same way, expected different ones; "
                + "did the encoder's training collapse?");
    }
}
