#pragma warning disable
using System.Diagnostics;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;

int rounds = int.Parse(args[0]);
foreach (string name in args[1..])
{
    var options = new EncoderOptions { Name = name };
    var views = new ViewOptions { Size = 224 };
    using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, 224), options, views);
    using var one = new ImageEmbedder(encoder, threads: 1);
    using var two = new ImageEmbedder(encoder, threads: 2);
    var bytes = new byte[3 * 500 * 375];
    for (int i = 0; i < bytes.Length; i++) { bytes[i] = (byte)(i * 2654435761u >> 13); }
    RgbImage[] images = [.. Enumerable.Range(0, 32).Select(_ => new RgbImage(500, 375, bytes))];
    (string, Action, int)[] sides =
    [
        ("one image, 1 thread ", () => { for (int i = 0; i < 8; i++) { one.Embed(images[i]); } }, 8),
        ("one image, 2 threads", () => { for (int i = 0; i < 8; i++) { two.Embed(images[i]); } }, 8),
        ("32 images, 1 thread ", () => one.EmbedAll(images), 32),
        ("32 images, 2 threads", () => two.EmbedAll(images), 32),
    ];
    double[] cpu = new double[4], wall = new double[4], min = [1e9, 1e9, 1e9, 1e9];
    for (int round = -1; round < rounds; round++)
    {
        for (int s = 0; s < 4; s++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            sides[s].Item2();
            double w = Stopwatch.GetElapsedTime(start).TotalMilliseconds / sides[s].Item3, c = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / sides[s].Item3;
            if (round >= 0) { wall[s] += w / rounds; cpu[s] += c / rounds; min[s] = Math.Min(min[s], w); }
        }
    }
    for (int s = 0; s < 4; s++) { Console.WriteLine($"{name} {sides[s].Item1}: cpu {cpu[s]:F1} ms, wall {wall[s]:F1} ms, best {min[s]:F1} ms per image"); }
}
