namespace SimClr.Checkpoints;

/// <summary>A global name in a pickle. It is looked up in a table and never called.</summary>
/// <param name="name">The module and name, such as <c>collections.OrderedDict</c>.</param>
internal sealed class PickleGlobal(string name)
{
    public string Name { get; } = name;

    /// <summary>The placeholder for all objects created by this name, however many the pickle creates.</summary>
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

/// <summary>A dictionary of a pickle, in order. If a key appears more than once, the last value counts.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    public object? this[string key] => Items.FindLast(item => item.Key is string name && name == key).Value;
}

/// <summary>
/// A placeholder for an object that is not part of the weights, such as a program's arguments or a callback. It has a
/// name, and ignores whatever a pickle gives it (arguments, a state, items).
/// </summary>
internal sealed class PickleOpaque(string name)
{
    public string Name { get; } = name;
}
