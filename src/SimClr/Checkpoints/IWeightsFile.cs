using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>Named tensors and text entries from a weights file of any supported format. Owns the tensors.</summary>
internal interface IWeightsFile : IDisposable
{
    /// <summary>The tensors by name, on the CPU.</summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The text entries of the file, by name.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors that were skipped because their types are not supported.</summary>
    IReadOnlyList<UnreadTensor> LeftOut { get; }
}

/// <summary>A tensor whose element type is not supported.</summary>
/// <param name="Name">The name of the tensor in the file.</param>
/// <param name="Type">The element type, as named by the file format.</param>
internal sealed record UnreadTensor(string Name, string Type)
{
    public override string ToString() => $"{Name} (of type {Type})";
}
