using System.Numerics;

namespace SimClr.Checkpoints;

/// <summary>
/// An interpreter for pickles, Python's format for objects, limited to what weights need: strings, numbers, lists,
/// dictionaries, and, through <see cref="PthGlobals"/>, tensors. A pickle is a program, but this interpreter has no
/// instruction that executes code: a name is only a string, and an object of a type that weights do not need is an
/// empty placeholder.
/// </summary>
internal sealed class PickleReader
{
    // Each instruction creates at most one small value, so that this limits memory. A checkpoint of ResNet-152 with its
    // optimizer takes 50,000.
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

    /// <summary>Reads one pickle and leaves the stream at its end.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="end">The position after the last byte that may belong to the pickle.</param>
    /// <param name="path">The name of the file, for messages.</param>
    /// <returns>The value of the pickle, and the storages it names.</returns>
    /// <exception cref="DataException">
    /// The pickle is damaged, or it requires something that weights do not need.
    /// </exception>
    public static (object? Value, IReadOnlyDictionary<string, PthStorage> Storages) Read(
        Stream stream, long end, string path)
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

    /// <summary>Returns the value that an instruction pushes on the stack.</summary>
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
            $"{path}: it contains the pickle instruction 0x{(byte)code:x2} before byte {input.Position}, which weights "
                + "do not need; it is damaged or not a weights file. Nothing was executed"),
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
                $"{path}: it refers to '{whole}' before byte {input.Position} of its pickle, which weights do not need "
                    + "and which a careless program would execute. It was rejected, and nothing was executed. "
                    + "If you trust the file, save only its weights from PyTorch: "
                    + "torch.save(model.state_dict(), \"weights.pth\")");
        }

        return names.Count < MaxNames && whole.Length <= 2 * PickleStream.MaxNameBytes
            ? names[whole] = new PickleGlobal(whole)
            : throw Damaged($"more than {MaxNames} names, or a name of {whole.Length} characters");
    }

    private PickleGlobal StackGlobal()
    {
        object? name = Pop();
        return Pop() is string { Length: <= PickleStream.MaxNameBytes } module
            && name is string { Length: <= PickleStream.MaxNameBytes } text
            ? Global(module, text)
            : throw Damaged("a name that is not a string or is too long");
    }

    private object Reduce()
    {
        object? arguments = Pop();
        object? maker = Pop();
        if (arguments is not PickleTuple tuple)
        {
            throw Damaged("an object without arguments");
        }

        // A dictionary created from a list copies it, and many can be created from the same list.
        copied += tuple.Items is [PickleList list] ? list.Items.Count : 0;
        return copied > MaxInstructions ? throw TooMuch() : maker switch
        {
            PickleGlobal global => PthGlobals.Make(global, tuple.Items)
                ?? throw Damaged($"'{global.Name}' with arguments that differ from PyTorch's"),
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
            return module;   // Old files refer in this way to the class of a whole saved module.
        }

        PthStorage storage = PthGlobals.Storage(id) ?? throw Damaged("a reference to something other than a storage");
        storages.TryAdd(storage.Key, storage);
        return storage;
    }

    /// <summary>Discards the state of an object, which weights do not need.</summary>
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
            dictionary.Items.Add(KeyValuePair.Create(
                items[i], i + 1 < items.Length ? items[i + 1] : throw Damaged("a key without a value")));
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
        => memo.TryGetValue(place, out object? value) ? value
            : throw Damaged($"a reference to value {place}, which does not exist");

    // Values below a mark cannot be popped before the mark.
    private object? Pop()
    {
        object? top = Peek();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object? Peek() => stack.Count > (marks.TryPeek(out int mark) ? mark : 0) ? stack[^1]
        : throw Damaged("an empty stack where a value is expected");

    private object?[] PopToMark()
        => marks.TryPop(out int mark)
            ? Last(stack.Count - mark)
            : throw Damaged("the end of a list without a beginning");

    private object?[] Last(int count)
    {
        int floor = marks.TryPeek(out int mark) ? mark : 0;
        if (stack.Count - count < floor)
        {
            throw Damaged("fewer values than expected");
        }

        object?[] items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private DataException TooMuch()
        => new($"{path}: it describes more than {MaxInstructions} values, more than any weights file does");

    private DataException Damaged(string found)
        => input.Damaged($"{found} (before byte {input.Position} of its pickle)");
}
