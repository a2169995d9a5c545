using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// Strict copying of weights between modules and files by name: every tensor must have a counterpart.
/// </summary>
public static class ModuleState
{
    /// <summary>Returns the parameters and buffers by name, module by module in PyTorch's order.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> Enumerate(nn.Module module)
        => module.named_modules().Prepend(("", module)).SelectMany(m => EnumerateDirect(m.Item1, m.Item2));

    /// <summary>Copies values into the targets of the same name.</summary>
    /// <exception cref="DataException">
    /// A name is missing or unexpected, a shape differs, or one type is integral and the other floating-point.
    /// </exception>
    public static void Load(
        IEnumerable<KeyValuePair<string, Tensor>> targets,
        IReadOnlyDictionary<string, Tensor> values,
        string file)
    {
        using var _ = no_grad();
        var wanted = targets.ToDictionary();
        Reject(file, "lacks", wanted.Keys.Except(values.Keys));
        Reject(file, "has, and the model lacks,", values.Keys.Except(wanted.Keys));
        foreach ((string name, Tensor target) in wanted)
        {
            Tensor value = values[name];
            if (!value.shape.SequenceEqual(target.shape))
            {
                throw new DataException(
                    $"{file}: '{name}' has shape [{string.Join(", ", value.shape)}], the model expects "
                        + $"[{string.Join(", ", target.shape)}]. Was it trained with another encoder, width or stem?");
            }

            if (value.dtype != target.dtype && !(value.is_floating_point() && target.is_floating_point()))
            {
                throw new DataException(
                    $"{file}: '{name}' holds {value.dtype}, the model expects {target.dtype}. Is the file damaged?");
            }

            target.copy_(value);
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> EnumerateDirect(string path, nn.Module module)
    {
        string prefix = path.Length == 0 ? "" : path + ".";
        IEnumerable<KeyValuePair<string, Tensor>> parameters =
            module.named_parameters(recurse: false)
                .Select(p => KeyValuePair.Create<string, Tensor>(prefix + p.name, p.parameter));
        return parameters.Concat(
            module.named_buffers(recurse: false).Select(b => KeyValuePair.Create(prefix + b.name, b.buffer)));
    }

    private static void Reject(string file, string what, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length > 0)
        {
            string first = string.Join(", ", all.Take(3).Select(name => $"'{name}'"));
            throw new DataException(
                $"{file} {what} {all.Length} tensors ({first}{(all.Length > 3 ? ", …" : "")}). "
                    + "Was it trained with another encoder?");
        }
    }
}
