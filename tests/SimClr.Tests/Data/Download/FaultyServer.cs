using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SimClr.Tests.Data;

/// <summary>
/// A local web server with scripted faults: each request gets the next answer, and the last answer repeats.
/// </summary>
internal sealed class FaultyServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, string, long?, byte[]> answer;
    private readonly List<(string Path, long? From)> requests = [];
    private readonly Task work;

    /// <param name="answer">Maps the number of the request, its path, and the first requested byte to all bytes of the
    /// response.</param>
    public FaultyServer(Func<int, string, long?, byte[]> answer)
    {
        this.answer = answer;
        listener.Start();
        work = Task.Run(ServeAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/sets");

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<(string Path, long? From)> Requests => requests;

    /// <summary>Creates a response.</summary>
    /// <param name="content">The body.</param>
    /// <param name="status">The status line after the version.</param>
    /// <param name="length">The announced length; null for the true one.</param>
    /// <param name="headers">Additional header lines.</param>
    public static byte[] Response(
        ReadOnlySpan<byte> content, string status = "200 OK", long? length = null, string headers = "")
    {
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Length: {length ?? content.Length}\r\nConnection: close\r\n{headers}\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. content];
    }

    /// <summary>
    /// A correct answer with ranges, except that the server breaks off before byte <paramref name="end"/>.
    /// </summary>
    public static byte[] Ranged(byte[] file, long? from, int? end = null)
    {
        int start = (int)(from ?? 0);
        ReadOnlySpan<byte> part = file.AsSpan(start, Math.Max(0, Math.Min(file.Length, end ?? file.Length) - start));
        return from is null
            ? Response(part, length: file.Length)
            : Response(
                part,
                "206 Partial Content",
                file.Length - start,
                $"Content-Range: bytes {start}-{file.Length - 1}/{file.Length}\r\n");
    }

    public void Dispose()
    {
        listener.Stop();
        work.Wait();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                using NetworkStream stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                try
                {
                    if (await reader.ReadLineAsync() is not { } request)
                    {
                        continue;   // A client opens another connection if the first is slow, and may not need it.
                    }

                    string path = request.Split(' ')[1];
                    long? from = null;
                    while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    {
                        from = line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase)
                            ? long.Parse(line[13..].TrimEnd('-'), CultureInfo.InvariantCulture) : from;
                    }

                    requests.Add((path, from));
                    await stream.WriteAsync(answer(requests.Count, path, from));
                }
                catch (IOException)
                {
                    // The client did not want the rest.
                }
            }
        }
        catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }
}
