using System.Net;
using System.Net.Http.Headers;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Downloads a file. The bytes received so far are kept beside the target as <c>.part</c>, and the next attempt, in
/// this run or another, requests the rest. The file gets its name only once its checksum matches.
/// </summary>
/// <param name="client">A client that follows redirects.</param>
/// <param name="pause">
/// The pause after the first failed attempt; it doubles after each attempt that yields no bytes.
/// </param>
/// <param name="elsewhere">Where else the file can be taken from, for messages.</param>
internal sealed class FileDownload(HttpClient client, TimeSpan pause, string elsewhere = "from another mirror")
{
    private const int MaxFailedTries = 4;
    private const int MaxLosses = 4;   // A server that keeps forcing a restart would make the download endless.
    private const int BufferBytes = 1 << 17;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Downloads a file, or completes a partial download.</summary>
    /// <param name="address">The address of the file.</param>
    /// <param name="path">The path of the target file.</param>
    /// <param name="checksum">The checksum of the file, or null if none is known.</param>
    /// <param name="maxBytes">The maximum size in bytes, so that an endless response cannot fill the disk.</param>
    /// <param name="progress">The receiver of the number of bytes on disk.</param>
    /// <param name="cancel">A token that cancels the download; the bytes received so far are kept.</param>
    /// <exception cref="DataException">
    /// The file cannot be downloaded, or does not match the checksum or the maximum size.
    /// </exception>
    public async Task FetchAsync(
        Uri address,
        string path,
        FileChecksum? checksum,
        long maxBytes,
        IProgress<long>? progress = null,
        CancellationToken cancel = default)
    {
        string part = path + ".part";
        if (File.Exists(path))
        {
            File.Move(path, part, overwrite: true);   // Complete but not yet installed: it is checked again.
        }

        (int fruitless, int losses) = (0, 0);
        while (true)
        {
            long before = SizeOf(part);
            try
            {
                await ContinueAsync(address, part, maxBytes, progress, cancel).ConfigureAwait(false);
                break;
            }
            catch (Exception error) when (IsPassing(error, cancel))
            {
                long now = SizeOf(part);
                fruitless = now > before ? 0 : fruitless + 1;
                losses += now < before ? 1 : 0;
                if (losses >= MaxLosses)
                {
                    throw new DataException(
                        $"{address}: the server made the download start over {losses} times ({error.Message}); "
                            + $"try again later, or {elsewhere}",
                        error);
                }

                if (fruitless >= MaxFailedTries)
                {
                    throw new DataException(
                        $"{address}: the connection failed {fruitless} times in a row ({error.Message}); "
                            + $"{ByteSize.Format(SizeOf(part))} are kept; run the same command again to resume",
                        error);
                }

                await Task.Delay(pause * (1 << fruitless), cancel).ConfigureAwait(false);
            }
        }

        await VerifyAsync(address, part, checksum, cancel).ConfigureAwait(false);
        File.Move(part, path, overwrite: true);
    }

    private static long SizeOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private static bool IsPassing(Exception error, CancellationToken cancel) => error switch
    {
        HttpRequestException { StatusCode: { } code }
            => code is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)code >= 500,
        HttpRequestException or HttpIOException or TimeoutException => true,
        OperationCanceledException => !cancel.IsCancellationRequested,   // The client's own timeout.
        _ => false,
    };

    private async Task VerifyAsync(Uri address, string part, FileChecksum? checksum, CancellationToken cancel)
    {
        if (checksum is null)
        {
            return;
        }

        string found = await checksum.ComputeAsync(part, cancel).ConfigureAwait(false);
        if (!checksum.Matches(found))
        {
            long bytes = SizeOf(part);
            File.Delete(part);
            throw new DataException(
                $"{address}: got {bytes} bytes with {checksum.Algorithm} {found}, expected {checksum}. It is not "
                    + $"{checksum.Of} and was deleted; try again later, or {elsewhere}");
        }
    }

    private async Task ContinueAsync(
        Uri address, string part, long maxBytes, IProgress<long>? progress, CancellationToken cancel)
    {
        long have = SizeOf(part);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        using HttpResponseMessage response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (response.Content.Headers.ContentRange?.Length == have)
            {
                return;   // The file is complete; the checksum decides whether it is right.
            }

            File.Delete(part);
            throw new HttpRequestException("the partial download did not match the file; starting over");
        }

        if (!response.IsSuccessStatusCode
            && !IsPassing(new HttpRequestException(null, null, response.StatusCode), cancel))
        {
            throw new DataException(
                $"{address}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}, expected the "
                    + $"file; if it has moved, download {elsewhere}");
        }

        response.EnsureSuccessStatusCode();
        bool continues = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange?.From == have;
        if (response.StatusCode == HttpStatusCode.PartialContent && !continues)
        {
            File.Delete(part);
            throw new HttpRequestException("the server sent a different range than requested");
        }

        long start = continues ? have : 0;   // A server without range support sends the whole file again.
        RequireSpace(address, part, start, response.Content.Headers.ContentLength ?? 0, maxBytes);
        await CopyAsync(address, response, part, start, maxBytes, progress, cancel).ConfigureAwait(false);
    }

    private static async Task CopyAsync(
        Uri address,
        HttpResponseMessage response,
        string part,
        long start,
        long maxBytes,
        IProgress<long>? progress,
        CancellationToken cancel)
    {
        using Stream source = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        target.SetLength(start);
        target.Position = start;
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            int read =
                await source.ReadAsync(buffer, cancel).AsTask().WaitAsync(IdleTimeout, cancel).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            progress?.Report(target.Length);
            long arrived = target.Length;
            if (arrived > maxBytes)
            {
                target.SetLength(0);   // It is useless and may be gigabytes.
                throw new DataException(TooLarge(address, arrived, maxBytes));
            }
        }
    }

    private static void RequireSpace(Uri address, string part, long start, long rest, long maxBytes)
    {
        if (start + rest > maxBytes)
        {
            throw new DataException(TooLarge(address, start + rest, maxBytes));
        }

        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(part))!, rest, $"the rest of {address}");
    }

    private static string TooLarge(Uri address, long bytes, long maxBytes)
        => $"{address}: got {ByteSize.Format(bytes)} or more, expected at most {ByteSize.Format(maxBytes)}; "
            + "this is not the published file";
}
