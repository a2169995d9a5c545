using System.Numerics.Tensors;
using SimClr.Embeddings;

namespace SimClr.Search;

/// <summary>The embeddings of a table as vectors of length 1, so that inner products are cosines.</summary>
internal sealed class UnitRows
{
    private UnitRows(float[] values, int dimension)
    {
        (Values, Dimension, Count) = (values, dimension, values.Length / dimension);
    }

    /// <summary>All numbers, row by row.</summary>
    public float[] Values { get; }

    public int Dimension { get; }

    public int Count { get; }

    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimension, Dimension);

    /// <summary>Checks a table and scales its rows.</summary>
    /// <param name="table">The embeddings.</param>
    /// <param name="minRows">Rows that are needed.</param>
    /// <param name="purpose">What for, for the message.</param>
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

    /// <summary>Some of the rows as rows of their own.</summary>
    public UnitRows Subset(IReadOnlyList<int> rows) => new(Gather(rows), Dimension);

    /// <summary>The numbers of some of the rows, in the order given.</summary>
    public float[] Gather(IReadOnlyList<int> rows)
    {
        float[] values = new float[rows.Count * Dimension];
        for (int i = 0; i < rows.Count; i++)
        {
            this[rows[i]].CopyTo(values.AsSpan(i * Dimension));
        }

        return values;
    }

    /// <summary>The cosine of two rows, whatever else is computed beside it.</summary>
    public float Cosine(int one, int other) => Math.Clamp(TensorPrimitives.Dot(this[one], this[other]), -1, 1);

    /// <summary>Refuses embeddings that are all the same: an encoder that collapsed, or one image many times.</summary>
    /// <exception cref="DataException">They are.</exception>
    public void RequireDifferent()
    {
        for (int row = 1; row < Count; row++)
        {
            if (!this[row].SequenceEqual(this[0]))
            {
                return;
            }
        }

        throw new DataException($"all {Count} embeddings point the same way, expected different ones; did the encoder's training collapse?");
    }
}
