// Classifies images with a model of "simclr export onnx animals.simclr --out animals.onnx", without SimClr and
// libtorch: dotnet run animals.onnx IMAGE …
using SimClr.OnnxRuntime;

if (args.Length < 2)
{
    Console.Error.WriteLine("expected a model of 'simclr export onnx' and images");
    return 2;
}

try
{
    using OnnxImageModel model = OnnxImageModel.Load(args[0]);
    foreach (string image in args[1..])
    {
        Prediction found = model.Classify(image);
        Console.WriteLine(FormattableString.Invariant(
            $"{image}: {found.Label} {found.Probability:F4}{(found.IsUnknown ? ", unlike the training images" : "")}"));
    }

    return 0;
}
catch (Exception error) when (error is IOException or InvalidDataException or InvalidOperationException
    or UnreadableImageException)
{
    Console.Error.WriteLine(error.Message);
    return 3;
}
