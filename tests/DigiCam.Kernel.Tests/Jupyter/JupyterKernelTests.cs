using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Tests.Jupyter;

/// <summary>The protocol, message by message: https://jupyter-client.readthedocs.io/en/stable/messaging.html.</summary>
public sealed class JupyterKernelTests : IClassFixture<JupyterKernelFixture>, IDisposable
{
    private readonly JupyterKernelFixture _fixture;
    private readonly KernelClient _client;

    public JupyterKernelTests(JupyterKernelFixture fixture)
    {
        _fixture = fixture;
        _client = new KernelClient(fixture.Connection);
        _client.Welcome();
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("shell")]
    [InlineData("control")]
    public void KernelInfo_SaysWhatNotebooksKeep(string channel)
    {
        Outcome info = _client.Ask("kernel_info_request", [], channel);
        Assert.Equal("kernel_info_reply", info.Reply.Type);
        Assert.Equal("ok", info.Status);
        Assert.Equal("5.4", info.Reply.Text("protocol_version"));
        Assert.Equal("C#", info.Reply.Text("language_info", "name"));
        Assert.Equal(".cs", info.Reply.Text("language_info", "file_extension"));
        Assert.Equal("false", info.Reply.Text("debugger"));
        Assert.Empty(info.Outputs);
    }

    [Fact]
    public void Execute_Result_HasInputCountAndText()
    {
        Outcome outcome = _client.Run("\"ä<\" + \"😀\"");
        Assert.Equal(["execute_input", "execute_result"], outcome.Outputs.Select(output => output.Type));
        Assert.Equal("\"ä<\" + \"😀\"", outcome.Outputs[0].Text("code"));
        Assert.Equal("ä<😀", outcome.Result);
        Assert.Equal("ok", outcome.Status);
        Assert.Equal(outcome.Outputs[0].Text("execution_count"), outcome.Reply.Text("execution_count"));
        Assert.Equal(outcome.Outputs[1].Text("execution_count"), outcome.Reply.Text("execution_count"));
        Assert.Equal("[]", outcome.Reply.Text("payload"));
    }

    [Fact]
    public void Execute_WithoutHistory_KeepsTheCount()
    {
        int count = Count(_client.Run("1"));
        Assert.Equal(count, Count(_client.Run("2", storeHistory: false)));
        Outcome silent = _client.Run("Console.Write(1); 3", silent: true);
        Assert.Empty(silent.Outputs);
        Assert.Equal("ok", silent.Status);
        Assert.Equal(count + 1, Count(_client.Run("4")));
        Assert.Equal("ok", _client.Run("").Status);
    }

    [Fact]
    public void Execute_Streams_ArriveWhileItRuns()
    {
        string id = _client.Execute("Console.WriteLine(\"first\"); Console.Error.Write(\"second\"); await Task.Delay(700); Console.Write(\"third\");");
        while (_client.Next() is not { Type: "stream" })
        {
        }

        long start = Stopwatch.GetTimestamp();
        Received second = _client.Next();
        Assert.Equal(("stderr", "second"), (second.Text("name"), second.Text("text")));
        Assert.Equal("third", _client.Next().Text("text"));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.4, 60);
        Assert.Equal(id, _client.Reply().ParentId);
    }

    [Fact]
    public void Execute_Displays_CanBeUpdatedAndCleared()
    {
        Outcome outcome = _client.Run("var shown = display(1); shown.Update(2); display(HTML(\"<b>x</b>\")); clear_output(true);");
        Assert.Equal(["execute_input", "display_data", "update_display_data", "display_data", "clear_output"], outcome.Outputs.Select(output => output.Type));
        Assert.Equal("1", outcome.Outputs[1].Text("data", "text/plain"));
        Assert.Equal("2", outcome.Outputs[2].Text("data", "text/plain"));
        Assert.Equal(outcome.Outputs[1].Text("transient", "display_id"), outcome.Outputs[2].Text("transient", "display_id"));
        Assert.Equal("<b>x</b>", outcome.Outputs[3].Text("data", "text/html"));
        Assert.Equal("true", outcome.Outputs[4].Text("wait"));
        Outcome later = _client.Run("shown.Update(3);");
        Assert.Equal(outcome.Outputs[1].Text("transient", "display_id"), later.Outputs[1].Text("transient", "display_id"));
    }

    [Fact]
    public void Execute_Error_PointsAtTheLine()
    {
        Outcome outcome = _client.Run("var a = 1;\n\nthrow new InvalidOperationException(\"on purpose\");");
        Received error = outcome.Outputs[^1];
        Assert.Equal("error", error.Type);
        Assert.Equal("System.InvalidOperationException: on purpose", error.Text("evalue"));
        Assert.Contains($"cell {Count(outcome)}, line 3: throw new", (string)error.Content["traceback"]![1]!, StringComparison.Ordinal);
        Assert.Equal("error", outcome.Status);
        Assert.Equal(error.Text("evalue"), outcome.Reply.Text("evalue"));
        Assert.Equal(error.Text("traceback"), outcome.Reply.Text("traceback"));
        Assert.Equal("1", _client.Run("a").Result);
    }

    [Fact]
    public void Execute_UserExpressions_AreEvaluatedAfterwards()
    {
        Outcome outcome = _client.Run("var seven = 7;", expressions: new JsonObject { ["good"] = "seven * 6", ["bad"] = "nothing" });
        Assert.Equal("42", outcome.Reply.Text("user_expressions", "good", "data", "text/plain"));
        Assert.Equal("error", outcome.Reply.Text("user_expressions", "bad", "status"));
        Assert.DoesNotContain(outcome.Outputs, output => output.Type is "error" or "execute_result");
    }

    [Fact]
    public void Execute_AfterAnError_WhatWasQueuedIsAborted()
    {
        // The first cell holds the queue until all are there.
        string[] ids =
        [
            _client.Execute("await Task.Delay(500); throw new Exception(\"stop\");"),
            _client.Execute("var neverRun = 1;"),
            _client.Send("kernel_info_request", []),
            _client.Execute("neverRun"),
        ];
        Outcome[] outcomes = [.. ids.Select(id => _client.Finish(id))];
        Assert.Equal(["error", "aborted", "ok", "aborted"], outcomes.Select(outcome => outcome.Status));
        Assert.Empty(outcomes[1].Outputs);
        Assert.Equal("2", _client.Run("1 + 1").Result);

        ids = [_client.Execute("await Task.Delay(500); throw new Exception(\"go on\");", stopOnError: false), _client.Execute("5")];
        outcomes = [.. ids.Select(id => _client.Finish(id))];
        Assert.Equal("5", outcomes[1].Result);
    }

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("System.Threading.Thread.Sleep(60000);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("await Task.Delay(10); while (true) { }")]
    [InlineData("await Task.Delay(-1, interrupted());")]
    [InlineData("while (true) Console.WriteLine(\"on and on\");")]
    [InlineData("while (true) try { await Task.Delay(1); } catch (Exception) { }")]
    [InlineData("while (true) try { System.Threading.Thread.Sleep(60000); } catch (Exception) { }")]
    [InlineData("var t = new TaskCompletionSource<int>(); return t.Task.Result;")]
    public void Interrupt_RunningCode_StopsAndKeepsTheSession(string code)
    {
        Assert.Equal("ok", _client.Run("var kept = 41;").Status);
        string id = _client.Execute("kept++; Console.WriteLine(\"begun\");\n" + code);
        while (_client.Next() is not { Type: "stream" })
        {
        }

        Thread.Sleep(100);
        long start = Stopwatch.GetTimestamp();
        Received interrupted = ReplyTo(_client.Send("interrupt_request", [], "control"), "control");
        Assert.Equal(("interrupt_reply", "ok"), (interrupted.Type, interrupted.Text("status")));
        Received reply = ReplyTo(id, "shell");
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.Equal(("error", "Interrupted"), (reply.Text("status"), reply.Text("ename")));
        Assert.Contains("interrupted after", reply.Text("evalue"), StringComparison.Ordinal);
        // One second where nothing else runs; this machine may be busy.
        Assert.InRange(seconds, 0, 3);
        Assert.Equal("42", ResultOf("kept"));
        Assert.Equal("2", ResultOf("1 + 1"));
    }

    [Fact]
    public void Interrupt_EndlessLoop_TellsItsLine()
    {
        string id = _client.Execute("int i = 0;\nConsole.WriteLine(i);\nwhile (true)\n{\n    i++;\n}");
        while (_client.Next() is not { Type: "stream" })
        {
        }

        Thread.Sleep(100);
        _client.Send("interrupt_request", [], "control");
        Received reply = ReplyTo(id, "shell");
        Assert.Contains(reply.Content["traceback"]!.AsArray(), line => ((string)line!).Contains(", line ", StringComparison.Ordinal));
    }

    [Fact]
    public void Interrupt_WhenNothingRuns_DoesNothing()
    {
        Assert.Equal("ok", _client.Ask("interrupt_request", [], "control").Status);
        Assert.Equal("2", _client.Run("1 + 1").Result);
    }

    [Fact]
    public void Heartbeat_WhileACellIsBusy_AnswersAtOnce()
    {
        string id = _client.Execute("var until = DateTime.UtcNow.AddSeconds(1); while (DateTime.UtcNow < until) { }");
        double[] beats = [.. Enumerable.Range(0, 20).Select(_ => _client.Beat().TotalSeconds)];
        Assert.InRange(beats.Order().ElementAt(10), 0, 0.5);
        Assert.Equal("ok", _client.Finish(id).Status);
    }

    [Fact]
    public void Control_WhileACellIsBusy_Answers()
    {
        string id = _client.Execute("await Task.Delay(1500);");
        long start = Stopwatch.GetTimestamp();
        ReplyTo(_client.Send("kernel_info_request", [], "control"), "control");
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 1.2);
        Assert.Equal("ok", ReplyTo(id, "shell").Text("status"));
    }

    [Fact]
    public void Complete_AfterACell_KnowsWhatItDeclared()
    {
        _client.Run("record Camera(int Pixels) { public double Rate => 1; }\nvar run = new Camera(1296);");
        Received reply = Complete("run.");
        string[] matches = Matches(reply);
        Assert.Contains("Pixels", matches);
        Assert.Contains("Rate", matches);
        Assert.Contains("ToString", matches);
        Assert.Equal(["Pixels"], Matches(Complete("run.Pix")));
        Assert.Contains(reply.Content["metadata"]!["_jupyter_types_experimental"]!.AsArray(), type => (string)type!["text"]! == "Pixels" && (string)type["type"]! == "property");
        Assert.Contains("run", Matches(Complete("var x = ru")));
        Assert.Contains("Select", Matches(Complete("new List<int>().Sel")));
        Assert.Equal(["#!time"], Matches(Complete("#!ti")));
    }

    [Fact]
    public void Complete_Places_CountCodePoints()
    {
        Received reply = Complete("var s = \"😀😀\"; Math.Sqr");
        Assert.Equal(["Sqrt"], Matches(reply));
        Assert.Equal(("19", "22"), (reply.Text("cursor_start"), reply.Text("cursor_end")));
        Assert.Equal("Sqrt", Matches(_client.Ask("complete_request", new JsonObject { ["code"] = "Math.Sq + 1", ["cursor_pos"] = 7 }).Reply)[0]);
    }

    [Fact]
    public void Inspect_Names_HaveSignatureAndDocumentation()
    {
        Received found = Inspect("Math.Max(1, 2)", 6);
        Assert.Equal("true", found.Text("found"));
        Assert.Contains("Math.Max(", found.Text("data", "text/plain"), StringComparison.Ordinal);
        Assert.StartsWith("```csharp", found.Text("data", "text/markdown"), StringComparison.Ordinal);
        _client.Run("/// <summary>Of a camera.</summary>\n/// <param name=\"pixel\">From 0.</param>\ndouble Gain(int pixel) => 5.6;");
        Assert.Contains("Of a camera.", Inspect("Gain(1)", 3).Text("data", "text/plain"), StringComparison.Ordinal);
        string arguments = Inspect("Gain( 1)", 6).Text("data", "text/plain")!;
        Assert.Contains("double Gain(int pixel)", arguments, StringComparison.Ordinal);
        Assert.Contains("pixel: From 0.", arguments, StringComparison.Ordinal);
        Assert.Equal("false", Inspect("    ", 2).Text("found"));
    }

    [Fact]
    public void Execute_NameAndQuestionMark_ShowsHelp()
    {
        JsonNode payload = Assert.Single(_client.Run("Math.Max?").Reply.Content["payload"]!.AsArray())!;
        Assert.Equal("page", (string?)payload["source"]);
        Assert.Contains("Math.Max(", (string?)payload["data"]!["text/plain"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 + 1", "complete", null)]
    [InlineData("var a = 1;\na", "complete", null)]
    [InlineData("#!time\n1", "complete", null)]
    [InlineData("for (int i = 0; i < 3; i++)\n  {", "incomplete", "      ")]
    [InlineData("var a =", "incomplete", "")]
    [InlineData("int 1a = 3;", "invalid", null)]
    [InlineData("#!fsharp", "invalid", null)]
    public void IsComplete_Code_HasAStatus(string code, string status, string? indent)
    {
        Received reply = _client.Ask("is_complete_request", new JsonObject { ["code"] = code }).Reply;
        Assert.Equal((status, indent), (reply.Text("status"), reply.Text("indent")));
    }

    [Fact]
    public void History_TailRangeSearch_FindWhatWasExecuted()
    {
        int first = Count(_client.Run("100 + 1"));
        _client.Run("100 + 2");
        _client.Run("100 + 2");
        Assert.Equal([$"[1,{first + 1},\"100 \\u002B 2\"]", $"[1,{first + 2},\"100 \\u002B 2\"]"], History(new JsonObject { ["hist_access_type"] = "tail", ["n"] = 2, ["output"] = false, ["raw"] = true }));
        Assert.Equal([$"[1,{first},[\"100 \\u002B 1\",\"101\"]]"], History(new JsonObject { ["hist_access_type"] = "range", ["session"] = 0, ["start"] = first, ["stop"] = first + 1, ["output"] = true }));
        Assert.Single(History(new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "100*2", ["unique"] = true }));
        Assert.Equal(2, History(new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "100 + ?", ["n"] = 2 }).Length);
        Assert.Empty(History(new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "100" }));
        Assert.Empty(History(new JsonObject { ["hist_access_type"] = "range", ["session"] = -1, ["start"] = 0 }));
    }

    [Fact]
    public void Comms_AreClosedAtOnce()
    {
        Assert.Equal("{}", _client.Ask("comm_info_request", []).Reply.Text("comms"));
        string id = _client.Send("comm_open", new JsonObject { ["comm_id"] = "c1", ["target_name"] = "jupyter.widget", ["data"] = new JsonObject() });
        Received close = Assert.Single(_client.Outputs(id));
        Assert.Equal(("comm_close", "c1"), (close.Type, close.Text("comm_id")));
    }

    [Fact]
    public void Message_OfUnknownType_IsIgnored()
    {
        Assert.Empty(_client.Outputs(_client.Send("debug_request", [], "control")));
        Assert.Empty(_client.Outputs(_client.Send("no_such_request", [])));
        Assert.Equal("2", _client.Run("1 + 1").Result);
    }

    [Fact]
    public void Message_WithWrongContent_IsAnsweredWithAnError()
    {
        Received reply = _client.Ask("execute_request", new JsonObject { ["code"] = 7 }).Reply;
        Assert.Equal(("error", "BadRequest"), (reply.Text("status"), reply.Text("ename")));
        Assert.Contains("code: expected a text, found the number 7", reply.Text("evalue"), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_ForgedOrSentAgain_IsThrownAway()
    {
        _client.Send("execute_request", new JsonObject { ["code"] = "var forged = 1;" }, key: "another key");
        JsonObject content = new() { ["code"] = "var repeated = 1;", ["silent"] = true };
        Assert.Equal("ok", _client.Finish(_client.Send("execute_request", content, id: "same")).Status);
        string signature = _client.LastSignature;
        _client.Send("execute_request", content, id: "same");
        Assert.Equal(signature, _client.LastSignature);
        // The next answer is that of the next good request.
        Outcome outcome = _client.Run("forged");
        Assert.Contains("CS0103", outcome.Reply.Text("evalue"), StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_Several_SeeTheSameOutputs()
    {
        using KernelClient other = new(_fixture.Connection);
        Assert.Equal("", other.Welcome().Text("subscription"));
        string id = _client.Execute("\"for all\"");
        Assert.Contains(other.Outputs(id), output => output.Text("data", "text/plain") == "for all");
        Assert.Equal("ok", _client.Finish(id).Status);
    }

    private static int Count(Outcome outcome) => (int)outcome.Reply.Content["execution_count"]!;

    private static string[] Matches(Received reply) => [.. reply.Content["matches"]!.AsArray().Select(match => (string)match!)];

    private string[] History(JsonObject request) => [.. _client.Ask("history_request", request).Reply.Content["history"]!.AsArray().Select(entry => entry!.ToJsonString())];

    private Received Complete(string code) => _client.Ask("complete_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.EnumerateRunes().Count() }).Reply;

    private Received Inspect(string code, int cursor) => _client.Ask("inspect_request", new JsonObject { ["code"] = code, ["cursor_pos"] = cursor, ["detail_level"] = 0 }).Reply;

    private Received ReplyTo(string id, string channel)
    {
        Received reply = _client.Reply(channel);
        Assert.Equal(id, reply.ParentId);
        return reply;
    }

    /// <summary>The result of code, however much is still published of what ran before it.</summary>
    private string? ResultOf(string code) => _client.Run(code).Result;
}
