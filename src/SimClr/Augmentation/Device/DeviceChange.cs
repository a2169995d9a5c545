using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>An operation on some of the views of a batch, with numbers of each view's own.</summary>
internal sealed class DeviceChange
{
    private readonly PackedNumbers.Segment rows;
    private readonly PackedNumbers.Segment values;
    private readonly Func<Tensor, Tensor, Tensor> operation;

    private DeviceChange(PackedNumbers.Segment rows, PackedNumbers.Segment values, Func<Tensor, Tensor, Tensor> operation)
        => (this.rows, this.values, this.operation) = (rows, values, operation);

    /// <summary>Adds what an operation needs to what is sent; null where no view has it.</summary>
    /// <param name="draws">One per view.</param>
    /// <param name="chosen">The views that have it.</param>
    /// <param name="values">As many numbers for each of them.</param>
    /// <param name="operation">Of [n, 3, S, S] and [n, numbers]; it makes new views.</param>
    /// <param name="numbers">What is sent.</param>
    public static DeviceChange? Plan(
        IReadOnlyList<ViewParameters> draws,
        Func<ViewParameters, bool> chosen,
        ReadOnlySpan<float> values,
        Func<Tensor, Tensor, Tensor> operation,
        PackedNumbers numbers)
    {
        long[] rows = [.. draws.Index().Where(pair => chosen(pair.Item)).Select(pair => (long)pair.Index)];
        return rows.Length == 0 ? null : new DeviceChange(numbers.Add(rows), numbers.Add(values), operation);
    }

    /// <summary>Replaces the views that are chosen by what the operation makes of them.</summary>
    /// <param name="planes">[views, 3, S, S], changed in place.</param>
    /// <param name="numbers">What was sent.</param>
    public void Apply(Tensor planes, PackedNumbers numbers)
    {
        using var scope = NewDisposeScope();
        Tensor where = numbers.Integers(rows, rows.Count);
        planes.index_copy_(0, where, operation(planes.index_select(0, where), numbers.Floats(values, rows.Count, -1)));
    }
}
