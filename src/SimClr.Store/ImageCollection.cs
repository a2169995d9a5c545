using System.Linq.Expressions;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Store;

/// <summary>
/// An index of images by their representations, independent of the kind of store. It is the basis of <c>simclr
/// index</c> and <c>simclr search</c>. An application that uses the base class can replace it with any other vector
/// store. Any number of threads may use an instance at once.
/// </summary>
public abstract class ImageCollection : VectorStoreCollection<string, ImageRecord>
{
    private const int FilterMargin = 64;

    private ImageEmbedder? compared;

    /// <summary>The properties that all vectors of the index share.</summary>
    /// <exception cref="DataException">There is no such index, or it cannot be read.</exception>
    public abstract IndexDescription Description { get; }

    /// <summary>Returns the number of images.</summary>
    public abstract Task<long> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether a search compares the query with every vector.</summary>
    public abstract bool IsExact { get; }

    /// <summary>
    /// Whether searches compare the query with every vector even if a faster method is available. Default: false.
    /// </summary>
    public bool Exact { get; set; }

    /// <summary>
    /// The embedder that turns a query image into a vector, which remains the caller's; null to search by vectors only.
    /// Its encoder must be that of the index. Default: null.
    /// </summary>
    public ImageEmbedder? Embedder { get; set; }

    /// <summary>
    /// The generator for queries of type <see cref="DataContent"/>, if there is no <see cref="Embedder"/>. Its vectors
    /// must be those of the index's encoder; only their length is checked. Default: null.
    /// </summary>
    public IEmbeddingGenerator<DataContent, Embedding<float>>? EmbeddingGenerator { get; set; }

    /// <summary>Returns those of the given paths that are in the index.</summary>
    public abstract Task<IReadOnlySet<string>> GetExistingPathsAsync(
        IEnumerable<string> paths, CancellationToken cancellationToken = default);

    /// <summary>
    /// Builds the structures that make searches fast, if they are worthwhile. Call this after adding or removing
    /// images.
    /// </summary>
    /// <param name="progress">Receives the number of images processed.</param>
    /// <param name="cancellationToken">Cancels the operation. The index is unchanged.</param>
    public abstract Task CompleteAsync(IProgress<int>? progress = null, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public override Task UpsertAsync(ImageRecord record, CancellationToken cancellationToken = default)
        => UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken = default)
        => DeleteAsync([key], cancellationToken);

    /// <summary>
    /// Searches for the most similar images by cosine similarity, most similar first. The score is the cosine.
    /// </summary>
    /// <param name="searchValue">
    /// The query: a vector (<c>ReadOnlyMemory&lt;float&gt;</c>, <c>Memory&lt;float&gt;</c>, <c>float[]</c> or
    /// <c>Embedding&lt;float&gt;</c>), or, with an <see cref="Embedder"/>, an image: a path (<c>string</c>), a
    /// <c>Stream</c>, the bytes of a file (<c>byte[]</c> or <c>ReadOnlyMemory&lt;byte&gt;</c>), a
    /// <see cref="DataContent"/> or an <see cref="RgbImage"/>.
    /// </param>
    /// <param name="top">The maximum number of results, 1 or more.</param>
    /// <param name="options">
    /// The filter, the minimum score, the number of results to skip, and whether to return vectors.
    /// </param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="NotSupportedException">
    /// The value is neither a vector nor an image, or it is an image and there is no <see cref="Embedder"/>.
    /// </exception>
    /// <exception cref="UnreadableImageException">The image cannot be read.</exception>
    /// <exception cref="DataException">
    /// The vector has a different dimension, contains values that are not finite, or is all zeros; or the encoder of
    /// the <see cref="Embedder"/> is not that of the index.
    /// </exception>
    public override async IAsyncEnumerable<VectorSearchResult<ImageRecord>> SearchAsync<TInput>(
        TInput searchValue,
        int top,
        VectorSearchOptions<ImageRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        ReadOnlyMemory<float> query = await VectorOfAsync(searchValue, cancellationToken).ConfigureAwait(false);
        RequireVector(query, "the query");
        options ??= new VectorSearchOptions<ImageRecord>();
        Func<ImageRecord, bool>? filter = options.Filter?.Compile();
        int wanted = checked(top + options.Skip);
        int asked = filter is null ? wanted : wanted + FilterMargin;
        while (true)
        {
            IReadOnlyList<(ImageRecord Record, double Score)> found =
                await FindAsync(query, asked, options.IncludeVectors, cancellationToken).ConfigureAwait(false);
            (ImageRecord Record, double Score)[] fit =
            [
                .. found.Where(hit => (filter is null || filter(hit.Record))
                    && hit.Score >= (options.ScoreThreshold ?? double.NegativeInfinity)).Take(wanted),
            ];
            if (fit.Length < wanted && filter is not null && found.Count == asked)
            {
                asked = (int)Math.Min(int.MaxValue, 4L * asked);   // Too few results passed the filter.
                continue;
            }

            foreach ((ImageRecord record, double score) in fit.Skip(options.Skip))
            {
                yield return new VectorSearchResult<ImageRecord>(record, score);
            }

            yield break;
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ImageRecord> GetAsync(
        Expression<Func<ImageRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<ImageRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        options ??= new FilteredRecordRetrievalOptions<ImageRecord>();
        if (options.OrderBy is not null)
        {
            throw new NotSupportedException(
                "images are returned in the order in which they were added; sort the results");
        }

        Func<ImageRecord, bool> fits = filter.Compile();
        int skipped = 0;
        int given = 0;
        await foreach (ImageRecord record in AllAsync(options.IncludeVectors, cancellationToken).ConfigureAwait(false))
        {
            if (!fits(record) || skipped++ < options.Skip)
            {
                continue;
            }

            if (given++ == top)
            {
                yield break;
            }

            yield return record;
        }
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(VectorStoreCollectionMetadata)
                ? new VectorStoreCollectionMetadata { VectorStoreSystemName = SystemName, CollectionName = Name }
            : null;
    }

    /// <summary>The name of the storage system.</summary>
    protected abstract string SystemName { get; }

    /// <summary>Returns all images in the order in which they were added.</summary>
    protected abstract IAsyncEnumerable<ImageRecord> AllAsync(bool includeVectors, CancellationToken cancellationToken);

    /// <summary>Returns the most similar images, most similar first.</summary>
    protected abstract Task<IReadOnlyList<(ImageRecord Record, double Score)>> FindAsync(
        ReadOnlyMemory<float> query, int count, bool includeVectors, CancellationToken cancellationToken);

    /// <summary>Checks that a vector can be compared with those of the index.</summary>
    protected void RequireVector(ReadOnlyMemory<float> vector, string what)
    {
        if (vector.Length != Description.Dimension)
        {
            throw new DataException(
                $"{Name}: {what} has {vector.Length} numbers, expected {Description.Dimension} as in the index; "
                    + "is it from another encoder?");
        }

        RequireDirection(vector.Span, Name, what);
    }

    /// <summary>Checks that a query or stored vector has a cosine similarity with others.</summary>
    internal static void RequireDirection(ReadOnlySpan<float> vector, string name, string what)
    {
        if (!TensorPrimitives.IsFiniteAll(vector))
        {
            throw new DataException(
                $"{name}: {what} holds numbers that are not finite; was the encoder's training stable?");
        }

        if (vector.IndexOfAnyExcept(0f) < 0)
        {
            throw new DataException(
                $"{name}: {what} is all zeros, which have no cosine similarity; remove it. Did the encoder's "
                    + "training collapse?");
        }
    }

    private async Task<ReadOnlyMemory<float>> VectorOfAsync<TInput>(TInput value, CancellationToken cancellation)
    {
        if (value is ReadOnlyMemory<float> or Memory<float> or float[] or Embedding<float>)
        {
            return value switch
            {
                Memory<float> memory => memory,
                float[] array => array,
                Embedding<float> embedding => embedding.Vector,
                _ => (ReadOnlyMemory<float>)(object)value,
            };
        }

        if (value is DataContent content && Embedder is null && EmbeddingGenerator is { } generator)
        {
            return await generator.GenerateVectorAsync(content, cancellationToken: cancellation).ConfigureAwait(false);
        }

        return value switch
        {
            RgbImage image => await Checked().EmbedAsync(image, cancellation).ConfigureAwait(false),
            string path => await Task.Run(() => Checked().Embed(path), cancellation).ConfigureAwait(false),
            Stream stream => await Checked().EmbedAsync(stream, "the query", cancellation).ConfigureAwait(false),
            byte[] bytes => await Checked().EmbedAsync(bytes.AsMemory(), "the query", cancellation)
                .ConfigureAwait(false),
            ReadOnlyMemory<byte> bytes => await Checked().EmbedAsync(bytes, "the query", cancellation)
                .ConfigureAwait(false),
            DataContent image => await Checked().EmbedAsync(image.Data, image.Name ?? "the query", cancellation)
                .ConfigureAwait(false),
            _ => throw new NotSupportedException(
                $"got a {typeof(TInput).Name} to search for, expected a vector (ReadOnlyMemory<float> or float[]) or "
                    + "an image (a path, Stream, bytes, DataContent or RgbImage)"),
        };
    }

    // The fingerprint of an encoder is a hash of its weights, so it is computed once.
    private ImageEmbedder Checked()
    {
        ImageEmbedder embedder = Embedder ?? throw new NotSupportedException(
            "got an image to search for, but the index has no embedder; set ImageCollection.Embedder, or search for a "
                + "vector");
        if (embedder != Volatile.Read(ref compared))
        {
            Description.Require(embedder.Encoder, Name, embedder.Encoder.SourceFile ?? "the encoder");
            Volatile.Write(ref compared, embedder);
        }

        return embedder;
    }
}
