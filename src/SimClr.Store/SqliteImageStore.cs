using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using SimClr.Embeddings;

namespace SimClr.Store;

/// <summary>
/// A folder of indexes, each in a file <c>NAME.index</c> with a <see cref="SqliteImageCollection"/>. Any number of
/// threads may use it; all get the same collection for a name, so that its vectors are in memory once. The store
/// disposes its collections.
/// </summary>
public sealed class SqliteImageStore : VectorStore
{
    private const string Extension = ".index";

    private readonly string folder;
    private readonly IndexDescription? description;
    private readonly ConcurrentDictionary<string, SqliteImageCollection> collections = new(StringComparer.Ordinal);

    /// <summary>Creates a reference to a folder, which is created with the first index.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="description">
    /// The description of new indexes; null to take the dimension from the definition of a collection. Default: null.
    /// </param>
    public SqliteImageStore(string folder, IndexDescription? description = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        this.folder = folder;
        this.description = description;
    }

    /// <summary>
    /// The embedder that turns query images into vectors, which remains the caller's. It is given to the collections
    /// that the store creates from then on. Default: null.
    /// </summary>
    public ImageEmbedder? Embedder { get; set; }

    /// <summary>Returns the index of a name; its file need not exist.</summary>
    /// <param name="name">The name of the index: a file name without extension.</param>
    /// <param name="definition">
    /// The definition of the records (see <see cref="ImageRecord.DefinitionFor"/>), whose dimension a new index has if
    /// the store has no description.
    /// </param>
    /// <exception cref="NotSupportedException">
    /// The records are not <see cref="ImageRecord"/>, or their keys not <see cref="string"/>.
    /// </exception>
    /// <exception cref="ConfigurationException">The name is not a file name.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(
        string name, VectorStoreCollectionDefinition? definition = null)
        => GetImages(name, definition) as VectorStoreCollection<TKey, TRecord>
            ?? throw new NotSupportedException(
                $"got a collection of {typeof(TRecord).Name} by {typeof(TKey).Name}, expected ImageRecord by String");

    /// <summary>Returns the index of a name; its file need not exist.</summary>
    /// <inheritdoc cref="GetCollection" path="/param"/>
    /// <exception cref="ConfigurationException">The name is not a file name.</exception>
    public SqliteImageCollection GetImages(string name, VectorStoreCollectionDefinition? definition = null)
    {
        string path = PathOf(name);
        return collections.GetOrAdd(
            name, _ => new SqliteImageCollection(path, name, description ?? Described(definition))
            {
                Embedder = Embedder,
            });
    }

    /// <summary>Not supported: an index holds images.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(
        string name, VectorStoreCollectionDefinition definition)
        => throw new NotSupportedException("an index holds images; call GetCollection<string, ImageRecord>");

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Extension) : [];
        foreach (string file in files.Where(SqliteImageCollection.IsIndex).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetFileNameWithoutExtension(file);
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
        => Task.FromResult(File.Exists(PathOf(name)));

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
        => GetImages(name).EnsureCollectionDeletedAsync(cancellationToken);

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(VectorStoreMetadata)
                ? new VectorStoreMetadata { VectorStoreSystemName = "sqlite", VectorStoreName = folder }
            : null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (SqliteImageCollection collection in collections.Values)
        {
            collection.Dispose();
        }

        base.Dispose(disposing);
    }

    private static IndexDescription? Described(VectorStoreCollectionDefinition? definition)
        => definition?.Properties.OfType<VectorStoreVectorProperty>().FirstOrDefault() is { } vector
            ? new IndexDescription(vector.Dimensions)
            : null;

    // A name that is not a plain file name could lead out of the folder.
    private string PathOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 200 && name.Trim() == name && !name.StartsWith('.')
            && name.IndexOfAny(['/', '\\', ':', '\0']) < 0
            ? Path.Combine(folder, name + Extension)
            : throw new ConfigurationException(
                $"got '{name}' for an index, expected a file name without folders, such as photos");
    }
}
