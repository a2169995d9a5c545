// Scores a model of "simclr export onnx RUN --out encoder.onnx --preprocess --normalize" with ML.NET and prints the
// most similar other image for each image: dotnet run encoder.onnx IMAGES
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using MlNetScoring;

if (args.Length != 2)
{
    Console.Error.WriteLine("expected a model of 'simclr export onnx' and a folder of images");
    return 2;
}

string[] files = [.. Directory.GetFiles(args[1]).Order(StringComparer.Ordinal)];

// The input shape of the model gives the image size: [batch, size, size, 3].
using var session = new InferenceSession(args[0]);
int size = session.InputMetadata["images"].Dimensions[1];
SchemaDefinition schema = SchemaDefinition.Create(typeof(Pixels));
schema["images"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size, size, 3);

var ml = new MLContext();
IDataView images = ml.Data.LoadFromEnumerable(files.Select(file => Pixels.Read(file, size)), schema);
var scoring = ml.Transforms.ApplyOnnxModel("embedding", "images", args[0]);
float[][] embeddings = [.. scoring.Fit(images).Transform(images).GetColumn<float[]>("embedding")];

for (int i = 0; i < files.Length; i++)
{
    (float similarity, int nearest) = Enumerable.Range(0, files.Length).Where(other => other != i)
        .Select(other => (TensorPrimitives.Dot(embeddings[i], embeddings[other]), other)).Max();
    Console.WriteLine(FormattableString.Invariant(
        $"{Path.GetFileName(files[i])} is most like {Path.GetFileName(files[nearest])}: {similarity:F4}"));
}

return 0;
