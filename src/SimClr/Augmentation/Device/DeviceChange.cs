using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>An operation on some views of a batch, with separate parameters for each view.</summary>
internal sealed class DeviceChange
{
    private readonly PackedNumbers.Segment rows;
    private readonly PackedNumbers.Segment values;
    private readonly Func<Tensor, Tensor, Tensor> operation;

    private DeviceChange(
        PackedNumbers.Segment rows, PackedNumbers.Segment values, Func<Tensor, Tensor, Tensor> operation)
        => (this.rows, this.values, this.operation) = (rows, values, operation);

    /// <summary>
    /// Adds the parameters of an operation to the numbers to send; null if no view has the operation.
    /// </summary>
    /// <param name="draws">One per view.</param>
    /// <param name="chosen">Selects the views that have the operation.</param>
    /// <param name="values">The parameters, the same number of them for each selected view.</param>
    /// <param name="operation">A function of [n, 3, S, S] and [n, numbers] that returns new views.</param>
    /// <param name="numbers">The numbers to send.</param>
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

    /// <summary>Replaces the selected views with the results of the operation.</summary>
    /// <param name="planes">[views, 3, S, S], changed in place.</param>
    /// <param name="numbers">The numbers sent.</param>
    public void Apply(Tensor planes, PackedNumbers numbers)
    {
        using var scope = NewDisposeScope();
        Tensor where = numbers.Integers(rows, rows.Count);
        planes.index_copy_(0, where, operation(planes.index_select(0, where), numbers.Floats(values, rows.Count, -1)));
    }
}
