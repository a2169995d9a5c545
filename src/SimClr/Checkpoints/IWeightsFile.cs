using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>Tensors and text entries by name, of a file of whichever format. Owns the tensors.</summary>
internal interface IWeightsFile : IDisposable
{
    /// <summary>The tensors by name, on the CPU.</summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The file's text entries.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors of types that are not read.</summary>
    IReadOnlyList<UnreadTensor> LeftOut { get; }
}

/// <summary>A tensor whose type of numbers is not read.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type, as the file's format calls it.</param>
internal sealed record UnreadTensor(string Name, string Type)
{
    public override string ToString() => $"{Name} (of type {Type})";
}
