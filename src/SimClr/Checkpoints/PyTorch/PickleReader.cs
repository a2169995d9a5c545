using System.Numerics;

namespace SimClr.Checkpoints;

/// <summary>
/// Builds the values of a pickle, Python's format for objects, as far as weights need it: texts, numbers, lists,
/// dictionaries, and through <see cref="PthGlobals"/> tensors. A pickle is a program; this one interpreter has no
/// instruction that runs anything: a name is a text, and an object made by one that weights do not need is empty.
/// </summary>
internal sealed class PickleReader
{
    // Each makes at most one small value: an upper bound for the memory. A checkpoint of ResNet-152 with its optimizer takes 50,000.
    private const int MaxInstructions = 2_000_000;
    private const int MaxNames = 10_000;
    private const int MaxIntegerBytes = 1024;

    private readonly string path;
    private readonly PickleStream input;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = new();
    private readonly Dictionary<long, object?> memo = [];
    private readonly Dictionary<string, PthStorage> storages = [];
    private readonly Dictionary<string, PickleGlobal> names = [];
    private int copied;

    private PickleReader(string path, PickleStream input)
    {
        this.path = path;
        this.input = input;
    }

    /// <summary>Reads one pickle and leaves the stream behind it.</summary>
    /// <param name="stream">Can seek.</param>
    /// <param name="end">Where the bytes end that may be the pickle's.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>Its value, and the storages that it names.</returns>
    /// <exception cref="DataException">It is damaged, or asks for what weights do not need.</exception>
    public static (object? Value, IReadOnlyDictionary<string, PthStorage> Storages) Read(Stream stream, long end, string path)
    {
        var reader = new PickleReader(path, new PickleStream(stream, end, path));
        return (reader.Run(), reader.storages);
    }

    private object? Run()
    {
        for (int count = 0; count < MaxInstructions; count++)
        {
            var code = (PickleOpcode)input.Byte();
            if (code == PickleOpcode.Stop)
            {
                return Pop();
            }

            Do(code);
        }

        throw TooMuch();
    }

    private void Do(PickleOpcode code)
    {
        switch (code)
        {
            case PickleOpcode.Protocol:
                input.Byte();
                break;
            case PickleOpcode.Frame:
                input.Int64();
                break;
            case PickleOpcode.Mark:
                marks.Push(stack.Count);
                break;
            case PickleOpcode.Long1:
                PushInteger(new BigInteger(input.Bytes(input.Byte())));
                break;
            case PickleOpcode.Long4:
                PushInteger(new BigInteger(input.Bytes(Math.Min(input.UInt32(), MaxIntegerBytes))));
                break;
            case PickleOpcode.Pop:
                Pop();
                break;
            case PickleOpcode.PopMark:
                PopToMark();
                break;
            case PickleOpcode.Put:
                memo[input.Byte()] = Peek();
                break;
            case PickleOpcode.LongPut:
                memo[input.UInt32()] = Peek();
                break;
            case PickleOpcode.Memoize:
                memo[memo.Count] = Peek();
                break;
            case PickleOpcode.Build:
                Build(Pop());
                break;
            case PickleOpcode.Append:
                Extend([Pop()]);
                break;
            case PickleOpcode.Appends or PickleOpcode.AddItems:
                Extend(PopToMark());
                break;
            case PickleOpcode.SetItem:
                object? value = Pop();
                Set([Pop(), value]);
                break;
            case PickleOpcode.SetItems:
                Set(PopToMark());
                break;
            default:
                stack.Add(Value(code));
                break;
        }
    }

    /// <summary>What an instruction leaves on the stack.</summary>
    private object? Value(PickleOpcode code) => code switch
    {
        PickleOpcode.None => null,
        PickleOpcode.True => true,
        PickleOpcode.False => false,
        PickleOpcode.BinaryInt => (long)input.Int32(),
        PickleOpcode.BinaryInt1 => (long)input.Byte(),
        PickleOpcode.BinaryInt2 => (long)input.UInt16(),
        PickleOpcode.BinaryFloat => input.Double(),
        PickleOpcode.BinaryUnicode or PickleOpcode.BinaryString => input.Text(input.UInt32()),
        PickleOpcode.ShortBinaryUnicode or PickleOpcode.ShortBinaryString => input.Text(input.Byte()),
        PickleOpcode.LongBinaryUnicode => input.Text(input.Length()),
        PickleOpcode.LongBinaryBytes or PickleOpcode.ByteArray => input.Bytes(input.Length()),
        PickleOpcode.BinaryBytes => input.Bytes(input.UInt32()),
        PickleOpcode.ShortBinaryBytes => input.Bytes(input.Byte()),
        PickleOpcode.EmptyTuple => new PickleTuple([]),
        PickleOpcode.Tuple1 => new PickleTuple(Last(1)),
        PickleOpcode.Tuple2 => new PickleTuple(Last(2)),
        PickleOpcode.Tuple3 => new PickleTuple(Last(3)),
        PickleOpcode.Tuple => new PickleTuple(PopToMark()),
        PickleOpcode.EmptyList or PickleOpcode.EmptySet => new PickleList(),
        PickleOpcode.List or PickleOpcode.FrozenSet => ListOf(PopToMark()),
        PickleOpcode.EmptyDictionary => new PickleDictionary(),
        PickleOpcode.Dictionary => DictionaryOf(PopToMark()),
        PickleOpcode.Duplicate => Peek(),
        PickleOpcode.Get => GetMemo(input.Byte()),
        PickleOpcode.LongGet => GetMemo(input.UInt32()),
        PickleOpcode.Global => Global(input.Line(), input.Line()),
        PickleOpcode.StackGlobal => StackGlobal(),
        PickleOpcode.Reduce or PickleOpcode.NewObject => Reduce(),
        PickleOpcode.NewObjectNamed => ReduceWithKeywords(),
        PickleOpcode.PersistentId => LoadPersistent(),
        _ => throw new DataException(
            $"{path}: it holds the pickle instruction 0x{(byte)code:x2} in front of byte {input.Position}, which weights do not need; it is damaged, or no file of weights. Nothing was run"),
    };

    private void PushInteger(BigInteger number)
    {
        if (number.GetBitLength() < 64)
        {
            stack.Add((long)number);
        }
        else
        {
            stack.Add(number);
        }
    }

    private PickleGlobal Global(string module, string name)
    {
        string whole = $"{module}.{name}";
        if (names.TryGetValue(whole, out PickleGlobal? known))
        {
            return known;
        }

        if (PthGlobals.Runs(whole))
        {
            throw new DataException(
                $"{path}: it asks for '{whole}' in front of byte {input.Position} of its pickle, which weights do not need and which a careless program would run. "
                    + "It was refused, and nothing was run. If you trust the file, save its weights alone from PyTorch: torch.save(model.state_dict(), \"weights.pth\")");
        }

        return names.Count < MaxNames && whole.Length <= 2 * PickleStream.MaxNameBytes
            ? names[whole] = new PickleGlobal(whole)
            : throw Damaged($"more than {MaxNames} names, or one of {whole.Length} letters");
    }

    private PickleGlobal StackGlobal()
    {
        object? name = Pop();
        return Pop() is string { Length: <= PickleStream.MaxNameBytes } module && name is string { Length: <= PickleStream.MaxNameBytes } text
            ? Global(module, text)
            : throw Damaged("a name that is no text, or longer than any");
    }

    private object Reduce()
    {
        object? arguments = Pop();
        object? maker = Pop();
        if (arguments is not PickleTuple tuple)
        {
            throw Damaged("an object without arguments");
        }

        // A dictionary made of a list copies it, and many may be made of one.
        copied += tuple.Items is [PickleList list] ? list.Items.Count : 0;
        return copied > MaxInstructions ? throw TooMuch() : maker switch
        {
            PickleGlobal global => PthGlobals.Make(global, tuple.Items) ?? throw Damaged($"'{global.Name}' with other arguments than PyTorch gives it"),
            PickleOpaque called => called,
            _ => throw Damaged("an object without a name"),
        };
    }

    private object ReduceWithKeywords()
    {
        Pop();
        return Reduce();
    }

    private object LoadPersistent()
    {
        object? id = Pop();
        if (id is PickleTuple { Items: ["module", PickleGlobal module, ..] })
        {
            return module;   // Files of old refer so to the class of a module that was saved whole.
        }

        PthStorage storage = PthGlobals.Storage(id) ?? throw Damaged("a reference to something other than a storage");
        storages.TryAdd(storage.Key, storage);
        return storage;
    }

    /// <summary>The state of an object: that of weights is nothing that they need.</summary>
    private void Build(object? state)
    {
        if (Peek() is not (PickleDictionary or PickleOpaque or PthTensor or PthUnread))
        {
            throw Damaged($"a state {(state is null ? "" : "of something ")}that belongs to no object");
        }
    }

    private void Extend(object?[] items)
    {
        switch (Peek())
        {
            case PickleList list:
                list.Items.AddRange(items);
                break;
            case PickleOpaque:
                break;
            default:
                throw Damaged("items without a list");
        }
    }

    private void Set(object?[] items)
    {
        switch (Peek())
        {
            case PickleDictionary dictionary:
                dictionary.Items.AddRange(DictionaryOf(items).Items);
                break;
            case PickleOpaque:
                break;
            default:
                throw Damaged("keys without a dictionary");
        }
    }

    private PickleDictionary DictionaryOf(object?[] items)
    {
        var dictionary = new PickleDictionary();
        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary.Items.Add(KeyValuePair.Create(items[i], i + 1 < items.Length ? items[i + 1] : throw Damaged("a key without a value")));
        }

        return dictionary;
    }

    private static PickleList ListOf(object?[] items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        return list;
    }

    private object? GetMemo(long place)
        => memo.TryGetValue(place, out object? value) ? value : throw Damaged($"a reference to value {place}, which is not there");

    // What stands below a mark is not taken before the mark is.
    private object? Pop()
    {
        object? top = Peek();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object? Peek() => stack.Count > (marks.TryPeek(out int mark) ? mark : 0) ? stack[^1] : throw Damaged("nothing, where a value belongs");

    private object?[] PopToMark()
        => marks.TryPop(out int mark) ? Last(stack.Count - mark) : throw Damaged("the end of a list that has no beginning");

    private object?[] Last(int count)
    {
        int floor = marks.TryPeek(out int mark) ? mark : 0;
        if (stack.Count - count < floor)
        {
            throw Damaged("fewer values than belong there");
        }

        object?[] items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private DataException TooMuch() => new($"{path}: it describes more than {MaxInstructions} values, which no file of weights does");

    private DataException Damaged(string found) => input.Damaged($"{found} (in front of byte {input.Position} of its pickle)");
}
