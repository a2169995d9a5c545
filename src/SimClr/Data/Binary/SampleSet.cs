using System.Reflection;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The data set in the package SimClr.SampleImages: the 10,000 images of the t10k part of Fashion-MNIST, split with a
/// fixed seed into 8,000 for training (<c>sample:train</c>) and 2,000 for testing (<c>sample:test</c>).
/// </summary>
internal static class SampleSet
{
    private const string Package = "SimClr.SampleImages";
    private const int TrainImages = 8000;

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        const string images = "fashion-mnist/t10k-images-idx3-ubyte.gz";
        IdxFile labels = ReadResource("fashion-mnist/t10k-labels-idx1-ubyte.gz", rank: 1);
        var all = new IdxDataSet(
            $"sample:{spec.Split}", images, ReadResource(images, rank: 3), labels, IdxDataSet.FashionNames);
        int[] order = new RandomStream(0, Purpose.Split).Permutation(all.Count);
        int[] chosen = spec.Split == "test" ? order[TrainImages..] : order[..TrainImages];
        return all.Subset([.. chosen.Order()]);
    }

    private static IdxFile ReadResource(string name, int rank)
    {
        using Stream stream = Load(Package).GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly {Package} was built without {name}");
        return IdxFile.Read(stream, name, rank);
    }

    /// <summary>Loads the assembly with the images, which no code refers to, by its name.</summary>
    /// <exception cref="ConfigurationException">The program does not reference the package.</exception>
    internal static Assembly Load(string package)
    {
        try
        {
            return Assembly.Load(new AssemblyName(package));
        }
        catch (FileNotFoundException error)
        {
            throw new ConfigurationException(
                $"sample: needs the package {package}; add it with dotnet add package {package}", error);
        }
    }
}
