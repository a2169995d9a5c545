using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Fetches one file. What has come is kept beside its place as <c>.part</c>, and the next try, in this run or another, asks for
/// the rest; the file gets its name only when its checksum is right.
/// </summary>
/// <param name="client">Follows redirects.</param>
/// <param name="pause">Waited after the first try that fails; doubled after each that brings nothing.</param>
internal sealed class FileDownload(HttpClient client, TimeSpan pause)
{
    private const int MaxFailedTries = 4;
    private const int MaxLosses = 4;   // A server that loses what came, again and again, would have it fetched forever.
    private const int BufferBytes = 1 << 17;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Fetches it, or finds it whole.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="md5">Its checksum in hexadecimal digits.</param>
    /// <param name="maxBytes">Bytes that it may have at most: a server that never ends does not fill the disk.</param>
    /// <param name="progress">Told the bytes that are there.</param>
    /// <param name="cancel">Stops; what has come stays.</param>
    /// <exception cref="DataException">It cannot be had, or is not what it should be.</exception>
    public async Task FetchAsync(
        Uri address, string path, string md5, long maxBytes, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        string part = path + ".part";
        if (File.Exists(path))
        {
            File.Move(path, part, overwrite: true);   // Whole, but not put into its place: it is checked again.
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
                        $"{address}: the server made the download start over {losses} times ({error.Message}); try again later, or from another mirror", error);
                }

                if (fruitless >= MaxFailedTries)
                {
                    throw new DataException(
                        $"{address}: the connection failed {fruitless} times in a row ({error.Message}); {ByteSize.Format(SizeOf(part))} are kept: the same command goes on from there",
                        error);
                }

                await Task.Delay(pause * (1 << fruitless), cancel).ConfigureAwait(false);
            }
        }

        await VerifyAsync(address, part, md5, cancel).ConfigureAwait(false);
        File.Move(part, path, overwrite: true);
    }

    private static long SizeOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private static bool IsPassing(Exception error, CancellationToken cancel) => error switch
    {
        HttpRequestException { StatusCode: { } code } => code is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)code >= 500,
        HttpRequestException or HttpIOException or TimeoutException => true,
        OperationCanceledException => !cancel.IsCancellationRequested,   // The client's own time limit.
        _ => false,
    };

    private static async Task VerifyAsync(Uri address, string part, string md5, CancellationToken cancel)
    {
        string found;
        using (FileStream stream = File.OpenRead(part))
        {
            found = Convert.ToHexStringLower(await HashAsync(stream, cancel).ConfigureAwait(false));
        }

        if (found != md5)
        {
            long bytes = SizeOf(part);
            File.Delete(part);
            throw new DataException(
                $"{address}: got {bytes} bytes with MD5 {found}, expected {md5}. What came is not the published file and was deleted; try again later, or from another mirror");
        }
    }

#pragma warning disable CA5351 // MD5 is what is published; it is there against damage.
    private static async Task<byte[]> HashAsync(Stream stream, CancellationToken cancel)
        => await MD5.HashDataAsync(stream, cancel).ConfigureAwait(false);
#pragma warning restore CA5351

    private async Task ContinueAsync(Uri address, string part, long maxBytes, IProgress<long>? progress, CancellationToken cancel)
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
                return;   // All of it is there; the checksum says whether it is right.
            }

            File.Delete(part);
            throw new HttpRequestException("what was there did not fit the file; starting again");
        }

        if (!response.IsSuccessStatusCode && !IsPassing(new HttpRequestException(null, null, response.StatusCode), cancel))
        {
            throw new DataException(
                $"{address}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}, expected the file; if it has moved, download from another mirror");
        }

        response.EnsureSuccessStatusCode();
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        if (response.StatusCode == HttpStatusCode.PartialContent && !continues)
        {
            File.Delete(part);
            throw new HttpRequestException("the server sent another part than was asked for");
        }

        long start = continues ? have : 0;   // A server without ranges sends all of it again.
        RequireSpace(address, part, start, response.Content.Headers.ContentLength ?? 0, maxBytes);
        await CopyAsync(address, response, part, start, maxBytes, progress, cancel).ConfigureAwait(false);
    }

    private static async Task CopyAsync(
        Uri address, HttpResponseMessage response, string part, long start, long maxBytes, IProgress<long>? progress, CancellationToken cancel)
    {
        using Stream source = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        target.SetLength(start);
        target.Position = start;
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            int read = await source.ReadAsync(buffer, cancel).AsTask().WaitAsync(IdleTimeout, cancel).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            progress?.Report(target.Length);
            long arrived = target.Length;
            if (arrived > maxBytes)
            {
                target.SetLength(0);   // It is of no use, and may be gigabytes.
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
        => $"{address}: got {ByteSize.Format(bytes)} or more, expected at most {ByteSize.Format(maxBytes)}; this is not the published file";
}
