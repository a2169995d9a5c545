namespace SimClr.Checkpoints;

/// <summary>The tensors that stand in the nested dictionaries of a PyTorch file. What stands in lists and objects is none of weights.</summary>
internal sealed class PthState
{
    private const int MaxDepth = 16;
    private const int MaxNameLetters = 1024;
    private const int MaxTensors = 1 << 17;      // Each becomes objects much larger than its description.
    private const int MaxLetters = 1 << 24;      // Of all names together: a key may stand in many dictionaries.

    private readonly string path;
    private readonly Dictionary<string, PthTensor> tensors = [];
    private readonly List<UnreadTensor> leftOut = [];
    private readonly HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
    private string? anObject;
    private int letters;

    private PthState(string path) => this.path = path;

    /// <summary>By name: the keys of the dictionaries, joined by dots.</summary>
    public IReadOnlyDictionary<string, PthTensor> Tensors => tensors;

    /// <summary>Tensors of types that are not read.</summary>
    public IReadOnlyList<UnreadTensor> LeftOut => leftOut;

    /// <summary>Walks through what was saved, each dictionary once.</summary>
    /// <exception cref="DataException">It is no dictionary, holds only objects, or a tensor that does not fit its storage.</exception>
    public static PthState Find(object? root, string path)
    {
        var state = new PthState(path);
        if (root is not PickleDictionary all)
        {
            throw new DataException($"{path}: it holds {Describe(root)}, expected a dictionary of tensors: what torch.save(model.state_dict(), FILE) wrote");
        }

        state.Walk(all, "", 0);
        return state.tensors.Count > 0 || state.anObject is not { } name
            ? state
            : throw new DataException(
                $"{path}: it holds no tensors but those of objects, such as '{name}', which are not looked into; save the weights alone from PyTorch: torch.save(model.state_dict(), \"weights.pth\")");
    }

    private void Walk(PickleDictionary dictionary, string prefix, int depth)
    {
        if (!seen.Add(dictionary) || depth == MaxDepth)
        {
            return;
        }

        foreach ((object? key, object? value) in dictionary.Items)
        {
            switch (value)
            {
                case PthTensor tensor:
                    Add(Name(prefix, key), tensor);
                    break;
                case PthUnread unread:
                    leftOut.Add(new UnreadTensor(Name(prefix, key), unread.Type));
                    break;
                case PickleDictionary inner:
                    Walk(inner, Name(prefix, key) + ".", depth + 1);
                    break;
                case PickleOpaque some:
                    anObject ??= some.Name;
                    break;
            }
        }
    }

    private void Add(string name, PthTensor tensor)
        => tensors[name] = tensor.Fits() ? tensor : throw new DataException(
            $"{path}: tensor '{name}' of shape [{string.Join(", ", tensor.Shape)}] does not lie within its storage of {tensor.Storage.Count} numbers, or repeats them; the file is damaged or tampered with");

    private string Name(string prefix, object? key)
    {
        string own = key switch
        {
            string text => text,
            long number => $"{number}",
            _ => "?",
        };
        letters += Math.Min(prefix.Length + own.Length, MaxLetters);
        return prefix.Length + own.Length <= MaxNameLetters && letters <= MaxLetters && tensors.Count + leftOut.Count <= MaxTensors
            ? prefix + own
            : throw new DataException(
                $"{path}: its tensors have names of {prefix.Length + own.Length} letters, or there are more than {MaxTensors}, which no file of weights has; it is damaged or tampered with");
    }

    private static string Describe(object? root) => root switch
    {
        PthTensor => "a single tensor without a name",
        PickleOpaque some => $"an object '{some.Name}'",
        PickleList => "a list",
        _ => "no dictionary",
    };
}
