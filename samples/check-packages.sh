#!/bin/sh
# Packs everything and uses it like a user elsewhere: a new console project outside the repository with package references
# only, and the installed tool. Takes some minutes and 3 GB of the folder for temporary files.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

case $(uname -sm) in
    'Linux x86_64') libtorch=libtorch-cpu-linux-x64 ;;
    'Darwin arm64') libtorch=libtorch-cpu-osx-arm64 ;;
    *) echo "expected Linux on x64 or macOS on arm64, got $(uname -sm)" >&2; exit 2 ;;
esac

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
say() { printf '\n== %s\n' "$*"; }

say "pack"
for project in "$root"/src/*/*.csproj; do
    dotnet pack "$project" -c Release -o "$work/feed" -v q
done
ls -l "$work/feed"

# Reuses packages restored earlier, but takes our own packages from this feed only.
cat > "$work/nuget.config" <<CONFIG
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <fallbackPackageFolders><add key="restored" value="${NUGET_PACKAGES:-$HOME/.nuget/packages}" /></fallbackPackageFolders>
  <packageSources><add key="local" value="$work/feed" /></packageSources>
</configuration>
CONFIG

say "a fresh console project"
cd "$work"
dotnet new console -o first -f net10.0
cd first
dotnet add package SimClr --version "$version"
dotnet add package SimClr.Onnx --version "$version"
dotnet add package SimClr.SampleImages --version "$version"
dotnet add package "$libtorch" --version 2.10.0
cp "$root/samples/FirstSteps/Program.cs" Program.cs
dotnet build -c Release -warnaserror
dotnet run -c Release --no-build
dotnet run -c Release --no-build    # again: the run is there, and is gone on with
dotnet list package --vulnerable --include-transitive

say "a file without a project, as the readme of the packages has it"
mkdir "$work/file"
cd "$work/file"
sed -n '/^#:package/,/^```/p' "$root/docs/package.md" | sed '/^```/d' > app.cs
sed -i.bak "s/libtorch-cpu-linux-x64/$libtorch/" app.cs
dotnet run app.cs
sed -i.bak '/SimClr.SampleImages/d' app.cs
if dotnet run app.cs 2> errors; then
    echo "expected an error without SimClr.SampleImages" >&2
    exit 1
fi
grep "sample: needs the package SimClr.SampleImages; add it with dotnet add package SimClr.SampleImages" errors

say "another, on the packages that hang on further ones: a kept index, Parquet, ONNX"
cd "$work"
dotnet new console -o second -f net10.0
cd second
for package in SimClr.Extensions SimClr.Store SimClr.Store.Postgres SimClr.Parquet SimClr.Onnx SimClr.SampleImages SimClr.Formats; do
    dotnet add package "$package" --version "$version"
done
dotnet add package "$libtorch" --version 2.10.0
cat > Program.cs <<'PROGRAM'
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Extensions;
using SimClr.Formats;
using SimClr.Onnx;
using SimClr.Parquet;
using SimClr.Store;
using SimClr.Store.Postgres;

MagickFormats.Register();
byte[] jxl = Convert.FromBase64String("/wrLQCQIAAEAQABLGIsVgF3+fwCJFgCOxvwB");
Console.WriteLine($"JPEG XL of {ImageDecoder.Decode(jxl, "red.jxl").Width} pixels");
using TrainedEncoder encoder = TrainedEncoder.Load(args[0]);
using ImageDataSet images = DataSets.Open("sample:test").Subset([.. Enumerable.Range(0, 200)]);
EmbeddingTable embeddings = Embedder.Embed(encoder, images);
EmbeddingFile.Write("images.parquet", embeddings, new ParquetFormat());

IndexDescription description = IndexDescription.ForEncoder(encoder, args[0]);
using ImageCollection index = args.Length > 1
    ? new PostgresImageCollection(args[1], "images", description)
    : new SqliteImageCollection("images.index", description);
await index.EnsureCollectionExistsAsync();
IndexingResult added = await ImageIndexing.AddAsync(index, EmbeddingFile.Read("images.parquet", new ParquetFormat()));
await index.CompleteAsync();
Console.WriteLine($"{added.Added} images added");
await foreach (var found in index.SearchAsync(embeddings[0].ToArray(), top: 3))
{
    Console.WriteLine($"{found.Score:F3} {found.Record.Path}");
}

using var embedder = new ImageEmbedder(encoder);
using var generator = new ImageEmbeddingGenerator(embedder);
byte[] image = Convert.FromBase64String(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC");
var generated = await generator.GenerateAsync([new Microsoft.Extensions.AI.DataContent(image, "image/png")]);
Console.WriteLine($"{generated[0].Vector.Length} numbers by IEmbeddingGenerator");
Console.WriteLine($"ONNX differs by {OnnxExport.WriteRun(args[0], "encoder.onnx").MaxDifference:0.0e0} at most");
PROGRAM
dotnet build -c Release -warnaserror
dotnet run -c Release --no-build -- ../first/run
ls -l images.parquet images.index encoder.onnx

say "the tool"
cd "$work"
dotnet tool install SimClr.Tool --version "$version" --tool-path tools --add-source feed
find tools -path '*licenses/magick.net/Notice.txt' | grep .
tools/simclr --version
tools/simclr --help > /dev/null
tools/simclr doctor
tools/simclr preset list
tools/simclr completion bash | bash -n
tools/simclr "[suggest:11]" "simclr pret" | grep -x pretrain
tools/simclr pretrain sample:test --out run --preset demo --epochs 1 --set schedule.warmup_epochs=0 --batch-size 64 --json
tools/simclr evaluate knn run --train sample:test --test sample:test --json
tools/simclr embed run sample:test --out images.parquet
tools/simclr index create images.parquet --run run --out images.index
tools/simclr search images.index images.parquet --row 0 --top 3
tools/simclr export onnx run --out encoder.onnx --preprocess

say "a program with SimClr.OnnxRuntime alone"
tools/simclr evaluate logistic run --train sample:test --test sample:test --out classes.simclr
tools/simclr export onnx classes.simclr --out classes.onnx
dotnet new console -o classify -f net10.0
cd classify
dotnet add package SimClr.OnnxRuntime --version "$version"
cp "$root/samples/ClassifyOnnx/Program.cs" Program.cs
dotnet publish -c Release --use-current-runtime --no-self-contained -o published -warnaserror
published/classify ../classes.onnx "$root/docs/images/icon.png"
kilobytes=$(du -sk published | cut -f 1)
echo "$kilobytes kB published"
[ "$kilobytes" -lt 100000 ]
cd "$work"

if [ "$libtorch" = libtorch-cpu-linux-x64 ]; then
    say "the tool, with another libtorch"
    mkdir -p other/lib
    find tools -name 'libc10.so' -o -name 'libtorch.so' -o -name 'libtorch_cpu.so' -o -name 'libtorch_global_deps.so' \
        -o -name 'libgomp-*.so.1' | while read -r library; do cp "$library" other/lib; done
    SIMCLR_LIBTORCH=$work/other tools/simclr doctor --json | grep -F "\"libtorch_folder\":\"$work/other/lib\""
    echo "__version__ = '2.9.1'" > other/version.py
    if SIMCLR_LIBTORCH=$work/other tools/simclr doctor 2> errors; then
        echo "expected an error: the version differs" >&2
        exit 1
    fi
    grep "which is version 2.9.1; expected 2.10" errors
fi

say "all of it worked"
