using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// A folder with converted weights: for each name <c>NAME.safetensors</c>, which is an encoder file as
/// <see cref="TrainedEncoder.Save"/> writes it, and <c>NAME.json</c>, which says where it came from. Several processes
/// may use a folder at once: whoever comes second waits for the first.
/// </summary>
public sealed class WeightsCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "SIMCLR_WEIGHTS";

    /// <summary>
    /// The environment variable with the base address of a mirror, which takes the place of scheme and host in the
    /// addresses of the catalog.
    /// </summary>
    public const string MirrorVariable = "SIMCLR_WEIGHTS_MIRROR";

    /// <summary>The environment variable that forbids downloads if it is 1.</summary>
    public const string OfflineVariable = "SIMCLR_OFFLINE";

    private const long MaxBytes = 1L << 30;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Refers to a folder, which the first download creates.</summary>
    /// <param name="folder">
    /// The folder. Default: null, for that of <see cref="FolderVariable"/>, or else <c>simclr/weights</c> in the user's
    /// cache folder (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>; on Windows, the local application data).
    /// </param>
    public WeightsCache(string? folder = null) => Folder = Path.GetFullPath(folder ?? DefaultFolder());

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>
    /// The base address of a mirror, or null for the addresses of the catalog. Default: that of
    /// <see cref="MirrorVariable"/>.
    /// </summary>
    /// <exception cref="ConfigurationException">The variable holds no address.</exception>
    public Uri? Mirror { get; init; } = Variable(MirrorVariable) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address
        : throw new ConfigurationException(
            $"{MirrorVariable} is '{text}', expected an address such as https://example.org/mirror");

    /// <summary>Whether downloads are forbidden. Default: whether <see cref="OfflineVariable"/> is 1.</summary>
    public bool IsOffline { get; init; } = Variable(OfflineVariable) == "1";

    /// <summary>The pause after the first failed attempt of a download.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Returns the path of the encoder of some weights, which need not be there.</summary>
    public string FileOf(NamedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Path.Combine(Folder, weights.Name + ".safetensors");
    }

    /// <summary>Returns the weights if they are in the folder, whole; otherwise null.</summary>
    public CachedWeights? Find(NamedWeights weights)
        => CachedWeights.Read(FileOf(weights), out bool isWhole) is { } found && isWhole ? found : null;

    /// <summary>
    /// Returns the weights, which are downloaded, compared with their checksum and converted if they are not in the
    /// folder. An interrupted download continues with the next call.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="force">Whether to download them even if they are there.</param>
    /// <param name="progress">The receiver of the number of bytes on disk.</param>
    /// <param name="cancel">A token that cancels the download.</param>
    /// <exception cref="DataException">
    /// The file cannot be downloaded, differs from its checksum or from that of the first download, or does not hold
    /// the encoder; or downloads are forbidden, or the folder cannot be written to. The folder is then as before.
    /// </exception>
    public async Task<CachedWeights> GetAsync(
        NamedWeights weights, bool force = false, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return !force && Find(weights) is { } found ? found
            : IsOffline ? throw new DataException(
                $"{WeightsCatalog.Scheme}{weights.Name} is not in {Folder}, and {OfflineVariable}=1 forbids downloads. "
                    + $"On another machine, download {weights.Addresses[0]}; then add that file here with "
                    + $"WeightsCache.AddAsync({weights.Name})")
            : await UpdateAsync(weights, force, weights.Addresses.Select(AddressOf), progress, cancel)
                .ConfigureAwait(false);
    }

    /// <summary>
    /// Adds weights from another address or from a file of this machine. They are compared with the same checksum and
    /// converted; weights that are there already are replaced.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="from">An address (http or https), or the path of a file, which is only read.</param>
    /// <param name="progress">The receiver of the number of bytes on disk.</param>
    /// <param name="cancel">A token that cancels the download.</param>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public Task<CachedWeights> AddAsync(
        NamedWeights weights, string from, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrWhiteSpace(from);
        Uri source = Uri.TryCreate(from, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : new Uri(Path.GetFullPath(from));
        return UpdateAsync(weights, force: true, [source], progress, cancel);
    }

    /// <summary>
    /// Returns the encoder's file if a text names weights, which are downloaded if necessary; otherwise the text.
    /// </summary>
    /// <exception cref="ConfigurationException">The name is unknown.</exception>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    internal static string Resolve(string run)
        => WeightsCatalog.IsName(run)
            ? new WeightsCache().GetAsync(WeightsCatalog.Find(run)).GetAwaiter().GetResult().File
            : run;

    private static string DefaultFolder()
    {
        if (Variable(FolderVariable) is { } named)
        {
            return named;
        }

        string caches = Variable("XDG_CACHE_HOME") is { } given && Path.IsPathFullyQualified(given) ? given
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "simclr", "weights");
    }

    private static string? Variable(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    private Uri AddressOf(string address)
        => Mirror is null ? new Uri(address)
            : new Uri(Mirror.ToString().TrimEnd('/') + new Uri(address).PathAndQuery);

    private async Task<CachedWeights> UpdateAsync(
        NamedWeights weights, bool force, IEnumerable<Uri> sources, IProgress<long>? progress, CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            using FileStream held = await LockAsync(weights, cancel).ConfigureAwait(false);
            CachedWeights? before = CachedWeights.Read(FileOf(weights), out bool isWhole);
            return isWhole && !force
                ? before!   // Another process has just added them.
                : await FetchAsync(weights, before, sources, progress, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{Folder}: the weights '{weights.Name}' cannot be kept there: {error.Message}. Set {FolderVariable} "
                    + "to a folder that can be written to",
                error);
        }
    }

    private async Task<FileStream> LockAsync(NamedWeights weights, CancellationToken cancel)
    {
        string path = Path.Combine(Folder, weights.Name + ".lock");
        while (true)
        {
            try
            {
                // It is not deleted: another process may have opened it just before.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (RunLock.IsHeld(error))
            {
                await Task.Delay(LockPause, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<CachedWeights> FetchAsync(
        NamedWeights weights,
        CachedWeights? before,
        IEnumerable<Uri> sources,
        IProgress<long>? progress,
        CancellationToken cancel)
    {
        FileChecksum? expected = weights.Checksum is { IsComplete: true } known ? known
            : before is null ? weights.Checksum
            : FileChecksum.Sha256(before.Sha256) with
            {
                Of = $"the file of the first download, which {CachedWeights.RecordOf(before.File)} records (remove "
                    + "that record to accept another file),",
            };
        DataException? failure = null;
        foreach (Uri source in sources)
        {
            try
            {
                if (source.IsFile)
                {
                    await VerifyAsync(source.LocalPath, expected, cancel).ConfigureAwait(false);
                    return await ConvertAsync(weights, before, source, source.LocalPath, cancel).ConfigureAwait(false);
                }

                string file = Path.Combine(Folder, weights.Name + ".download");
                await DownloadAsync(weights, source, file, expected, progress, cancel).ConfigureAwait(false);
                try
                {
                    return await ConvertAsync(weights, before, source, file, cancel).ConfigureAwait(false);
                }
                finally
                {
                    File.Delete(file);
                }
            }
            catch (DataException error)
            {
                failure = error;
            }
        }

        throw failure!;
    }

    private async Task DownloadAsync(
        NamedWeights weights,
        Uri source,
        string file,
        FileChecksum? expected,
        IProgress<long>? progress,
        CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
        await new FileDownload(client, Pause, $"from elsewhere with WeightsCache.AddAsync({weights.Name})")
            .FetchAsync(source, file, expected, weights.Bytes ?? MaxBytes, progress, cancel)
            .ConfigureAwait(false);
    }

    private static async Task VerifyAsync(string file, FileChecksum? expected, CancellationToken cancel)
    {
        string? found;
        try
        {
            RegularFile.OpenRead(file).Dispose();
            found = expected is null ? null : await expected.ComputeAsync(file, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file}: it cannot be read ({error.Message})", error);
        }

        if (found is not null && !expected!.Matches(found))
        {
            throw new DataException(
                $"{file}: got {new FileInfo(file).Length} bytes with {expected.Algorithm} {found}, expected "
                    + $"{expected}. It is not {expected.Of.TrimEnd(',')}");
        }
    }

    /// <summary>Imports a downloaded file and writes encoder and record.</summary>
    private async Task<CachedWeights> ConvertAsync(
        NamedWeights weights, CachedWeights? before, Uri source, string file, CancellationToken cancel)
    {
        string from = source.IsFile ? source.LocalPath : source.ToString();
        string sha256 = await FileChecksum.ComputeSha256Async(file, cancel).ConfigureAwait(false);
        using ImportedEncoder imported = Import(weights, file, from);
        string target = FileOf(weights);
        imported.Encoder.Save(
            target,
            new Dictionary<string, string>
            {
                ["weights"] = weights.Name,
                ["imported_from"] = from,
                ["sha256"] = sha256,
                ["license"] = weights.License,
                ["rule"] = imported.Rule,
            });
        var cached = new CachedWeights(
            weights.Name,
            target,
            from,
            sha256,
            new FileInfo(file).Length,
            before?.Pinned ?? (weights.Checksum is not { } checksum ? WeightsPin.FirstDownload
                : checksum.IsComplete ? WeightsPin.Complete
                : WeightsPin.Prefix));
        cached.Write();
        return cached;
    }

    private static ImportedEncoder Import(NamedWeights weights, string file, string from)
    {
        ImportedEncoder imported;
        try
        {
            imported = ImportedEncoder.Read(file, weights.Import);
        }
        catch (SimClrException error)
        {
            throw new DataException(
                $"{from}: it does not hold the weights '{weights.Name}' ({error.Message})", error);
        }

        if (imported.Encoder.Options.Name == weights.Encoder)
        {
            return imported;
        }

        string found = imported.Encoder.Options.Name;
        imported.Dispose();
        throw new DataException($"{from}: it holds a {found}, expected the {weights.Encoder} '{weights.Name}'");
    }
}
