using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Parameters of one kind in a single tensor, one after another; likewise their gradients and each part of the
/// optimizer's state. A step then takes a few operations on whole slabs, independent of the number of layers. The
/// parameters become slices of the slab and keep shape, strides and values.
/// </summary>
/// <remarks>
/// Slabs are [rows, <see cref="RowLength"/>]. The first row is empty. Each parameter starts a new row, and the unused
/// end of its last row is always 0 in values and gradients, so that the norm of a parameter is that of its rows.
/// </remarks>
public sealed class ParameterSlab : IDisposable
{
    private const int RowLength = 1024;

    private readonly IReadOnlyList<TrainedParameter> parameters;
    private readonly Tensor[] gradientSlices;
    private readonly Dictionary<string, Tensor> slots = [];
    private readonly Tensor rowsOfParameter;
    private readonly Tensor parameterOfRow;
    private readonly long[] firstRow;

    /// <param name="parameters">At least one, all with the same exclusion, type and device.</param>
    internal ParameterSlab(IReadOnlyList<TrainedParameter> parameters)
    {
        this.parameters = parameters;
        long[] rows = [.. parameters.Select(p => (p.Value.numel() + RowLength - 1) / RowLength)];
        firstRow = new long[rows.Length + 1];
        firstRow[0] = 1;
        for (int i = 0; i < rows.Length; i++)
        {
            firstRow[i + 1] = firstRow[i] + rows[i];
        }

        Excluded = parameters[0].Excluded;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Values = Detach(Empty());
        Gradients = Detach(Empty());
        parameterOfRow = Detach(
            RowTable([0, .. rows.SelectMany((count, i) => Enumerable.Repeat((long)i, (int)count))], firstRow[^1]));
        rowsOfParameter = Detach(NormTable(rows));
        gradientSlices = [.. parameters.Select((_, i) => Detach(Slice(Gradients, i)))];
        MoveIn();
    }

    /// <summary>The parameters in the slab, in order.</summary>
    public IReadOnlyList<TrainedParameter> Parameters => parameters;

    /// <summary>Whether these parameters are excluded from weight decay and adaptation.</summary>
    public bool Excluded { get; }

    /// <summary>The parameters, [rows, 1024].</summary>
    public Tensor Values { get; }

    /// <summary>The gradients of the parameters, in the same layout.</summary>
    public Tensor Gradients { get; }

    /// <summary>Groups parameters into slabs by exclusion, type and device.</summary>
    internal static IReadOnlyList<ParameterSlab> Group(IReadOnlyList<TrainedParameter> parameters)
        => [.. parameters
            .GroupBy(p => (p.Excluded, p.Value.dtype, $"{p.Value.device}"))
            .Select(group => new ParameterSlab([.. group]))];

    /// <summary>Adds a part of the state, filled with one value.</summary>
    /// <returns>The slice of each parameter, by parameter name.</returns>
    internal IEnumerable<KeyValuePair<string, Tensor>> AddSlot(string slot, double value)
    {
        using var scope = NewDisposeScope();
        slots[slot] = Detach(Empty().fill_(RootedScalars.From(value)));
        return [.. parameters.Select((p, i) => KeyValuePair.Create(p.Name, Detach(Slice(slots[slot], i))))];
    }

    /// <summary>Returns a part of the optimizer's state, in the same layout.</summary>
    /// <param name="slot">The name passed to <see cref="Optimizer.AddSlot"/>.</param>
    public Tensor Slot(string slot) => slots[slot];

    /// <summary>Sets the gradients to 0; the backward pass accumulates into the slab.</summary>
    internal void ZeroGradients()
    {
        Gradients.zero_();
        for (int i = 0; i < parameters.Count; i++)
        {
            parameters[i].Value.grad = gradientSlices[i];
        }
    }

    /// <summary>
    /// Copies gradients that were assigned in place of the slab's own.
    /// </summary>
    /// <returns>The parameters without a gradient.</returns>
    internal IReadOnlyList<TrainedParameter> CollectGradients()
    {
        var missing = new List<TrainedParameter>();
        for (int i = 0; i < parameters.Count; i++)
        {
            using Tensor? gradient = parameters[i].Value.grad;
            if (gradient is null)
            {
                missing.Add(parameters[i]);
            }
            else if (gradient.storage_offset() != gradientSlices[i].storage_offset())
            {
                // Not the slab's own gradient, whose storage offset is never 0.
                gradientSlices[i].copy_(gradient);
            }
        }

        return missing;
    }

    /// <summary>
    /// Returns the gradients of consecutive parameters as contiguous parts of the slab, each of at most the given
    /// number of bytes.
    /// </summary>
    internal IEnumerable<Tensor> GradientsOf(int first, int end, long bytes)
    {
        long rows = Math.Max(1, bytes / (RowLength * Gradients.element_size()));
        for (long row = firstRow[first]; row < firstRow[end]; row += rows)
        {
            yield return Detach(Gradients.narrow(0, row, Math.Min(rows, firstRow[end] - row)));
        }
    }

    /// <summary>The ℓ2 norm of each parameter's part of a slab, [parameters].</summary>
    /// <param name="slab"><see cref="Values"/>, <see cref="Gradients"/>, a slot, or a tensor of their shape.</param>
    public Tensor Norms(Tensor slab)
    {
        Tensor squares = slab.pow(RootedScalars.Two).sum(1);                                               // [rows]
        return squares.index_select(0, rowsOfParameter.flatten()).reshape(rowsOfParameter.shape).sum(1).sqrt();
    }

    /// <summary>One number per parameter, [parameters], repeated for each row of its parameter: [rows, 1].</summary>
    /// <param name="perParameter">[parameters].</param>
    public Tensor PerRow(Tensor perParameter) => perParameter.index_select(0, parameterOfRow).unsqueeze(1);

    /// <summary>Disposes the tensors. The optimizer calls this method.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in slots.Values.Concat(gradientSlices)
            .Concat([Values, Gradients, parameterOfRow, rowsOfParameter]))
        {
            tensor.Dispose();
        }
    }

    private static Tensor Detach(Tensor tensor) => tensor.DetachFromDisposeScope();

    private Tensor Empty()
        => zeros(
            [firstRow[^1], RowLength], parameters[0].Value.dtype, parameters[0].Value.device, requires_grad: false);

    private Tensor RowTable(IEnumerable<long> values, params long[] shape)
        => tensor(values.ToArray(), shape, ScalarType.Int64, parameters[0].Value.device);

    /// <summary>
    /// The row indices of each parameter, [parameters, max rows]; shorter lists are padded with the empty row.
    /// </summary>
    private Tensor NormTable(long[] rows)
    {
        long most = rows.Max();
        return RowTable(
            rows.SelectMany(
                (count, i) => Enumerable.Range(0, (int)most).Select(row => row < count ? firstRow[i] + row : 0)),
            rows.Length,
            most);
    }

    private void MoveIn()
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            Tensor slice = Slice(Values, i);
            slice.copy_(parameters[i].Value);
            parameters[i].Value.set_(slice);
        }
    }

    /// <summary>
    /// The part of a slab that belongs to a parameter, with its shape and, if they leave no gaps, its strides (channels
    /// last).
    /// </summary>
    private Tensor Slice(Tensor slab, int index)
    {
        Tensor parameter = parameters[index].Value;
        long[] strides = parameter.stride();
        long span = 1 + parameter.shape.Zip(strides, (size, stride) => (size - 1) * stride).Sum();
        Tensor part = slab.flatten().narrow(0, firstRow[index] * RowLength, parameter.numel());
        return span == parameter.numel()
            ? part.as_strided(parameter.shape, strides, part.storage_offset())
            : part.reshape(parameter.shape);
    }
}
