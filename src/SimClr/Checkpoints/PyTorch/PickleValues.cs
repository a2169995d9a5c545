namespace SimClr.Checkpoints;

/// <summary>A name that a pickle asks for. It is looked up in a list, never in a program: nothing is ever called by it.</summary>
/// <param name="name">Module and name, such as <c>collections.OrderedDict</c>.</param>
internal sealed class PickleGlobal(string name)
{
    public string Name { get; } = name;

    /// <summary>Stands for every object that is made by this name: one for all, however many the pickle makes.</summary>
    public PickleOpaque Object { get; } = new(name);
}

/// <summary>A list or a set of a pickle.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A tuple of a pickle.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public object?[] Items { get; } = items;
}

/// <summary>A dictionary of a pickle, in its order; where a key stands twice, the last one counts.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    public object? this[string key] => Items.FindLast(item => item.Key is string name && name == key).Value;
}

/// <summary>
/// An object that is none of weights, such as a program's arguments or a callback: known by name, and empty. It takes whatever
/// a pickle gives an object (arguments, a state, items), and keeps nothing of it.
/// </summary>
internal sealed class PickleOpaque(string name)
{
    public string Name { get; } = name;
}
