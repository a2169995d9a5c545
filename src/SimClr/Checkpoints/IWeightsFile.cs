using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>Tensors and text entries by name, of a file of whichever format. Owns the tensors.</summary>
internal interface IWeightsFile : IDisposable
{
    /// <summary>The tensors by name, on the CPU.</summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The file's text entries.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors of types that are not read: name and type, in words.</summary>
    IReadOnlyList<string> LeftOut { get; }
}
