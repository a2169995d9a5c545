using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// Operations in the order in which they are applied, each at most once. Two lists of the same operations in the same
/// order are equal. In files: <c>[crop, cutout]</c>; in single assignments also <c>crop,cutout</c>, and <c>none</c> for
/// the empty list, which is the identity.
/// </summary>
[CollectionBuilder(typeof(OperationList), nameof(Create))]
[JsonConverter(typeof(OperationListConverter))]
public sealed class OperationList : IReadOnlyList<ViewOperation>, IEquatable<OperationList>
{
    private const string NoOperations = "none";

    private readonly ViewOperation[] operations;

    private OperationList(ViewOperation[] operations)
    {
        this.operations = operations;
        while (InPaperOrder < operations.Length && operations[InPaperOrder] <= ViewOperation.Blur
            && (InPaperOrder == 0 || operations[InPaperOrder - 1] < operations[InPaperOrder]))
        {
            InPaperOrder++;
        }
    }

    /// <summary>Crop, flip, color distortion, grayscale, blur (paper, Appendix A, in this order).</summary>
    public static OperationList Paper { get; } =
        [ViewOperation.Crop, ViewOperation.Flip, ViewOperation.Color, ViewOperation.Gray, ViewOperation.Blur];

    /// <inheritdoc/>
    public int Count => operations.Length;

    /// <summary>The operations, without a copy.</summary>
    internal ReadOnlySpan<ViewOperation> Span => operations;

    /// <summary>
    /// The number of operations at the beginning of the list that are in <see cref="Paper"/>, in the same order.
    /// </summary>
    internal int InPaperOrder { get; }

    /// <summary>Whether this holds for all operations, so that disabling the missing ones gives this list.</summary>
    internal bool IsInPaperOrder => InPaperOrder == operations.Length;

    /// <summary>Whether the list begins with an operation.</summary>
    internal bool FirstIs(ViewOperation operation) => operations.Length > 0 && operations[0] == operation;

    /// <summary>Whether the list has an operation.</summary>
    internal bool Contains(ViewOperation operation) => operations.AsSpan().Contains(operation);

    /// <inheritdoc/>
    public ViewOperation this[int index] => operations[index];

    /// <summary>Creates a list.</summary>
    /// <exception cref="ArgumentException">An operation occurs twice, or is not defined.</exception>
    public static OperationList Create(ReadOnlySpan<ViewOperation> operations)
    {
        foreach (ViewOperation operation in operations)
        {
            Require.Defined(operation, nameof(operations));
            if (operations.Count(operation) > 1)
            {
                throw new ArgumentException(
                    $"got {operation.Text()} {operations.Count(operation)} times, expected each operation at most once",
                    nameof(operations));
            }
        }

        return new OperationList(operations.ToArray());
    }

    /// <summary>
    /// Parses names separated by commas, with or without brackets; <c>none</c> or nothing is the empty list.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A name is unknown (the message suggests the nearest), or occurs twice.
    /// </exception>
    public static OperationList Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string inner = text.Trim();
        inner = inner.StartsWith('[') && inner.EndsWith(']') ? inner[1..^1].Trim() : inner;
        return inner is "" or NoOperations
            ? []
            : Parse(inner.Split(',').Select(name => name.Trim().Trim('"', '\'')));
    }

    /// <inheritdoc cref="Parse(string)"/>
    internal static OperationList Parse(IEnumerable<string> names)
        => Create([.. names.Select(EnumText.Parse<ViewOperation>)]);

    /// <inheritdoc/>
    public bool Equals(OperationList? other)
        => other is not null && operations.AsSpan().SequenceEqual(other.operations);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OperationList);

    /// <inheritdoc/>
    public override int GetHashCode()
        => operations.Aggregate(operations.Length, (hash, operation) => HashCode.Combine(hash, operation));

    /// <summary>Returns the names in brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", operations.Select(operation => operation.Text()))}]";

    /// <inheritdoc/>
    public IEnumerator<ViewOperation> GetEnumerator() => ((IEnumerable<ViewOperation>)operations).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Reads and writes a list as an array of names.</summary>
internal sealed class OperationListConverter : JsonConverter<OperationList>
{
    public override OperationList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => OperationList.Create(JsonSerializer.Deserialize<ViewOperation[]>(ref reader, options)!);

    public override void Write(Utf8JsonWriter writer, OperationList value, JsonSerializerOptions options)
        => JsonSerializer.Serialize(writer, value.ToArray(), options);
}
