namespace SimClr.Tests.Cli;

public sealed class UsageTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("pretrian", "did you mean 'pretrain'?")]
    [InlineData("evaluate", "needs one of knn")]
    [InlineData("evaluate knm run", "did you mean 'knn'?")]
    [InlineData("pretrain train", "--out is missing")]
    [InlineData("pretrain --out x", "DATA is missing")]
    [InlineData("pretrain --out x --resume", "DATA is missing, and there is no run in")]
    [InlineData("pretrain train extra --out x", "got an unexpected argument 'extra'")]
    [InlineData("pretrain train --out x --prest demo", "did you mean '--preset'?")]
    [InlineData("pretrain train --out x --preset demmo", "did you mean 'demo'?")]
    [InlineData("pretrain train --out x --preset foto", "did you mean 'photos'?")]
    [InlineData("preset show foto", "did you mean 'photos'?")]
    [InlineData("pretrain train --out x --set loss.temprature=1", "did you mean 'loss.temperature'?")]
    [InlineData("pretrain train --out x --set lr=0.1", "'lr' in --set (did you mean 'optimizer.peak_rate'?)")]
    [InlineData(
        "pretrain train --out x --set optimizer.lr=0.1",
        "'optimizer.lr' in --set (did you mean 'optimizer.peak_rate'?); optimizer has name, base_rate")]
    [InlineData("pretrain train --out x --set optimizer.rate=0.1", "did you mean 'optimizer.base_rate'?")]
    [InlineData("pretrain train --out x --set optimizer.q=0.1", "did you mean 'optimizer.name'?")]
    [InlineData("pretrain train --out x --set views.blur_sigma=8", "did you mean 'views.blur_sigma_m")]
    [InlineData("pretrain train --out x --set schedule.warmup=8", "did you mean 'schedule.warmup_epochs'?")]
    [InlineData("pretrain train --out x --set batches.size=8", "'batches.size' in --set (did you mean 'batch.size'?)")]
    [InlineData("pretrain train --out x --set view.sizes=8", "did you mean 'views.size'?")]
    [InlineData("pretrain train --out x --set foo.bar=8", "'foo.bar' in --set (did you mean '")]
    [InlineData("pretrain train --out x --set foo=8", "'foo' in --set (did you mean '")]
    [InlineData("pretrain train --out x --set loss.temperature=hot", "expected a number")]
    [InlineData("pretrain train --out x --set loss.temperature", "expected section.key=value")]
    [InlineData("pretrain train --out x --epochs", "--epochs needs a value")]
    [InlineData("pretrain train --out x --epochs 0", "expected an integer of 1 or more")]
    [InlineData(
        "pretrain train --out x --epochs 99999999999", "got '99999999999', expected an integer from 1 to 2147483647")]
    [InlineData(
        "pretrain train --out x --micro-batch 99999999999", "expected an integer from 2 to 2147483647, or auto")]
    [InlineData("pretrain train --out x --batch-size 1", "expected an integer of 2 or more")]
    [InlineData("pretrain train --out x --batch-size 9999999", "--batch-size: got 9999999")]
    [InlineData("pretrain train --out x --precision bf15", "did you mean 'bf16'?")]
    [InlineData("pretrain train --out x --device cuda:x", "or cuda:N such as cuda:1")]
    [InlineData("pretrain train --out x --device cuda:-1", "got 'cuda:-1'")]
    [InlineData("pretrain train --out x --device gpu", "expected one of auto, cpu, cuda, mps")]
    [InlineData("pretrain train --out x --config nowhere.yaml", "nowhere.yaml")]
    [InlineData("pretrain train --out train --batch-size 8", "holds other files but no run")]
    [InlineData("pretrain train --out tiny.yaml --batch-size 8", "this is a file")]
    [InlineData("pretrain cifar10: --out x", "expected cifar10:DIR")]
    [InlineData("evaluate knn run --train train", "--test is missing")]
    [InlineData("evaluate knn run --train train --test test --k 0", "--k: got '0'")]
    [InlineData("evaluate knn run --train train --test test --temperature 0", "expected a number above 0")]
    [InlineData("demo train --epochs 1 --out tiny.yaml/below", "cannot be used for report and run")]
    [InlineData("[diagram] pretrain train --out x", "'simclr' got an unexpected argument '[diagram]'")]
    [InlineData("[suggest:3] pretrain train --out x", "got an unexpected argument '[suggest:3]'")]
    [InlineData("[env:A=B] [x] doctor", "got an unexpected argument '[env:A=B]'")]
    [InlineData("[x]", "got an unexpected argument '[x]'")]
    [InlineData("doctor --fast", "has no option '--fast'")]
    public void Wrong_usage_exits_2_and_states_the_expectation(string line, string expected)
        => Assert.Contains(expected, Run(line).Refused(2));

    [Theory]
    [InlineData("pretrain nowhere --out x", "no such folder or file")]
    [InlineData("pretrain empty --out x", "there is no file")]
    [InlineData("pretrain one --out x --batch-size 2", "expected at least 2")]
    [InlineData("pretrain train --out x --batch-size 25", "--batch-size 24 or less")]
    [InlineData("pretrain broken --out x", "could not be read")]
    [InlineData("evaluate knn run --train train --test nowhere", "no such folder or file")]
    public void Unusable_data_exits_3_and_states_the_reason(string line, string expected)
        => Assert.Contains(expected, Run($"{line} --json").Refused(3));

    [Fact]
    public void Every_problem_of_a_command_line_is_named_at_once()
    {
        string error = CommandRun.Of("evaluate", "knn").Error;

        Assert.All(
            ["RUN is missing", "--train is missing", "--test is missing"], problem => Assert.Contains(problem, error));
    }

    /// <summary>Runs a line in which the names of the fixture's files stand for their paths.</summary>
    private CommandRun Run(string line)
    {
        string[] files =
        [
            "train", "test", "run", "one", "empty", "broken", "nowhere", "x", "tiny.yaml", "tiny.yaml/below",
            "nowhere.yaml",
        ];
        string[] words = line.Split(' ');
        return CommandRun.Of([.. words.Select((word, i) => i > 0 && files.Contains(word) ? fixture.At(word) : word)]);
    }
}
