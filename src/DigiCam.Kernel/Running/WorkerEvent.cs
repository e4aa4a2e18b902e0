namespace DigiCam.Kernel.Running;

/// <summary>What comes out of the worker process.</summary>
internal abstract record WorkerEvent;

/// <summary>A message of the worker.</summary>
internal sealed record MessageEvent(WorkerMessage Message) : WorkerEvent;

/// <summary>Text on the process's own standard streams: native code, processes that the notebook started, the runtime's last words.</summary>
internal sealed record StrayEvent(string Name, string Text) : WorkerEvent;
