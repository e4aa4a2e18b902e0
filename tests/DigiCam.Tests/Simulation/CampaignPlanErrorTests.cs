using System.Globalization;
using DigiCam.Plans;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>What people get wrong in plans. The line that is meant is marked with '# here' in the text.</summary>
public sealed class CampaignPlanErrorTests
{
    private const string Run = "runs:\n  - name: dark\n    kind: dark\n    events: 20\n";
    private const string Scan = "runs:\n  - name: scan\n    kind: ac_scan\n    ac_levels: [0, 160, 240]\n    events_per_level: 10\n";

    [Theory]

    // The text as YAML.
    [InlineData("", "", "empty")]
    [InlineData("# nothing but a comment\n", "", "empty")]
    [InlineData("- seed: 1 # here\n", "", "keys and values")]
    [InlineData("campaign # here\n", "", "keys and values")]
    [InlineData("seed: 1\ncamera:\n\tnoise: 1 LSB # here\n", "", "not valid YAML", "tab")]
    [InlineData("seed: 1\ncamera: {noise: 1 LSB # here\nruns:\n", "", "not valid YAML", "line 2")]
    [InlineData("seed: 1\ncamera: {noise: 1 LSB\nruns:\n", "", "line 2: not valid YAML: the bracket is not closed")]
    [InlineData("seed: 1\nruns: [\n  {name: a}, {name: b\n", "", "not valid YAML", "line 3")]
    [InlineData("seed: 1\n  name: x # here\n", "", "not valid YAML")]
    [InlineData("name: \"open\nseed: 1\n", "", "not valid YAML")]
    [InlineData("seed: 1\n--- # here\nseed: 2\n", "", "another one")]
    [InlineData("camera:\n  noise: *one # here\n", "", "&one")]
    [InlineData("? [a, b] # here\n: 1\n", "", "single word")]
    [InlineData("seed: [[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]] # here\n", "", "nested")]
    [InlineData("seed: !!binary *x # here\n", "", "not valid YAML")]

    // Keys.
    [InlineData("sed: 1 # here\n" + Run, "sed", "unknown key", "'seed'")]
    [InlineData("camera:\n  noise: 1 LSB\n  crosstak: 0.1 # here\n" + Run, "camera.crosstak", "unknown key", "'crosstalk'")]
    [InlineData("camera:\n  cross_talk: 0.1 # here\n" + Run, "camera.cross_talk", "'crosstalk'")]
    [InlineData("camera:\n  Gain: 5 LSB/pe # here\n" + Run, "camera.Gain", "'gain'")]
    [InlineData("light:\n  ac:\n    efficency: 1 # here\n" + Run, "light.ac.efficency", "'efficiency'")]
    [InlineData("trigger:\n  velocity: 1 # here\n" + Run, "trigger.velocity", "known are cluster7_threshold and cluster19_threshold")]
    [InlineData("camera: {noise: {normal: 1 LSB, spead: 0.1 LSB}} # here\n" + Run, "camera.noise.spead", "'spread'")]
    [InlineData("runs:\n  - name: a\n    kind: dark\n    event: 5 # here\n", "runs.event", "'events'")]
    [InlineData("<<: {seed: 1} # here\n" + Run, "<<", "unknown key")]
    [InlineData("seed: 1\nname: a\nseed: 2 # here\n" + Run, "seed", "twice", "line 1")]
    [InlineData("camera:\n  noise: 1 LSB\n  gain: 5 LSB/pe\n  noise: 2 LSB # here\n" + Run, "noise", "twice", "line 2")]
    [InlineData("seed: # here\n" + Run, "seed", "no value")]
    [InlineData("camera:\n  noise: ~ # here\n" + Run, "camera.noise", "no value")]
    [InlineData("camera: # here\n" + Run, "camera", "no value")]
    [InlineData("camera: 5 # here\n" + Run, "camera", "expected keys", "'5'")]
    [InlineData("light: [all] # here\n" + Run, "light", "expected keys", "a list")]

    // The campaign.
    [InlineData("seed: -1 # here\n" + Run, "seed", "'-1'")]
    [InlineData("seed: 18446744073709551616 # here\n" + Run, "seed", "18446744073709551615")]
    [InlineData("seed: 1.5 # here\n" + Run, "seed", "'1.5'", "whole number")]
    [InlineData("seed: [1] # here\n" + Run, "seed", "a list")]
    [InlineData("name: Jörg # here\n" + Run, "name", "ASCII")]
    [InlineData("name: {a: 1} # here\n" + Run, "name", "keys")]
    [InlineData("name: 1234567890123456789012345678901234567890123456789012345678901 # here\n" + Run, "name", "60")]
    [InlineData("telescope: one # here\n" + Run, "telescope", "'one'")]
    [InlineData("telescope: -1 # here\n" + Run, "telescope", "impossible")]
    [InlineData("start: yesterday # here\n" + Run, "start", "UTC")]
    [InlineData("start: 2018-08-22T20:00:00 # here\n" + Run, "start", "UTC")]
    [InlineData("start: 2018-02-30T20:00:00Z # here\n" + Run, "start", "UTC")]
    [InlineData("start: 1969-01-01T00:00:00Z # here\n" + Run, "start", "1970")]
    [InlineData("samples: 0 # here\n" + Run, "samples", "1 to 1024")]
    [InlineData("samples: 1025 # here\n" + Run, "samples", "1 to 1024")]
    [InlineData("samples: 200 ns # here\n" + Run, "samples", "whole number")]

    // Units.
    [InlineData("camera:\n  dark_count_rate: 3 # here\n" + Run, "camera.dark_count_rate", "3 is a rate and needs a unit of Hz, kHz, MHz or GHz")]
    [InlineData("camera:\n  dark_count_rate: 3 ns # here\n" + Run, "camera.dark_count_rate", "Hz, kHz, MHz or GHz, not ns")]
    [InlineData("camera:\n  dark_count_rate: 3 mhz # here\n" + Run, "camera.dark_count_rate", "not mhz")]
    [InlineData("camera:\n  noise: 1 # here\n" + Run, "camera.noise", "needs the unit LSB")]
    [InlineData("camera:\n  gain: 5.2 LSB # here\n" + Run, "camera.gain", "LSB/pe, not LSB")]
    [InlineData("camera:\n  gain: 5.2 lsb/pe # here\n" + Run, "camera.gain", "LSB/pe, not lsb/pe")]
    [InlineData("camera:\n  single_pe_spread: 0.5 pe # here\n" + Run, "camera.single_pe_spread", "LSB, not pe")]
    [InlineData("camera:\n  recovery: 50 MHz # here\n" + Run, "camera.recovery", "is a time", "ns, us, ms or s")]
    [InlineData("camera:\n  crosstalk: 0.1 pe # here\n" + Run, "camera.crosstalk", "without unit, or in %")]
    [InlineData("camera:\n  baseline: {normal: 285 LSB, spread: 6} # here\n" + Run, "camera.baseline.spread", "unit LSB")]
    [InlineData("camera:\n  noise: one LSB # here\n" + Run, "camera.noise", "'one LSB'")]
    [InlineData("camera:\n  noise: 1,5 LSB # here\n" + Run, "camera.noise", "'1,5 LSB'", "point")]
    [InlineData("camera:\n  noise: .nan # here\n" + Run, "camera.noise", "'.nan'")]
    [InlineData("camera:\n  noise: 1e999 LSB # here\n" + Run, "camera.noise", "'1e999 LSB'")]
    [InlineData("camera:\n  noise: LSB # here\n" + Run, "camera.noise", "'LSB'")]
    [InlineData("light:\n  ac:\n    coefficients: [0.1, 0.2 pe] # here\n" + Run, "light.ac.coefficients", "0.1", "unit pe")]
    [InlineData("trigger:\n  cluster7_threshold: 300 # here\n" + Run, "trigger.cluster7_threshold", "unit LSB")]

    // Impossible values.
    [InlineData("camera:\n  crosstalk: 1 # here\n" + Run, "camera.crosstalk", "less than 1")]
    [InlineData("camera:\n  crosstalk: 120 % # here\n" + Run, "camera.crosstalk", "120 % is impossible")]
    [InlineData("camera:\n  crosstalk: -0.1 # here\n" + Run, "camera.crosstalk", "at least 0")]
    [InlineData("camera:\n  afterpulsing: 1.0 # here\n" + Run, "camera.afterpulsing", "less than 1")]
    [InlineData("camera:\n  crosstalk: 0.5\n  afterpulsing: 0.5 # here\n" + Run, "camera.afterpulsing", "reach 1 successors", "more than 0.9", "too long")]
    [InlineData("camera:\n  crosstalk: {normal: 0.08, spread: 0.01, min: 0}\n  afterpulsing: 0.77 # here\n" + Run, "camera.afterpulsing", "reach 0.91 successors", "too long")]
    [InlineData("camera:\n  crosstalk: {uniform: [0.1, 0.8]}\n  afterpulsing: {normal: 0.1, spread: 0.03, min: 0, max: 0.2} # here\n" + Run, "camera.afterpulsing", "too long")]
    [InlineData("camera:\n  dark_count_rate: -3 MHz # here\n" + Run, "camera.dark_count_rate", "at least 0 MHz")]
    [InlineData("camera:\n  dark_count_rate: 3000 GHz # here\n" + Run, "camera.dark_count_rate", "at most 1000 MHz")]
    [InlineData("camera:\n  noise: -1 LSB # here\n" + Run, "camera.noise", "at least 0 LSB")]
    [InlineData("camera:\n  gain: 0 LSB/pe # here\n" + Run, "camera.gain", "more than 0 LSB/pe")]
    [InlineData("camera:\n  baseline: 5000 LSB # here\n" + Run, "camera.baseline", "at most 4095 LSB")]
    [InlineData("camera:\n  recovery: 0 ns # here\n" + Run, "camera.recovery", "more than 0 ns")]
    [InlineData("camera:\n  afterpulse_delay: 1 s # here\n" + Run, "camera.afterpulse_delay", "at most 200 ns")]
    [InlineData("camera:\n  afterpulse_delay: 201 ns # here\n" + Run, "camera.afterpulse_delay", "at most 200 ns")]
    [InlineData("camera:\n  afterpulse_delay: 0.9 ns # here\n" + Run, "camera.afterpulse_delay", "at least 1 ns")]
    [InlineData("camera:\n  resistance_capacitance: -0.5 ns # here\n" + Run, "camera.resistance_capacitance", "at least 0 ns")]
    [InlineData("trigger:\n  cluster19_threshold: 5000 LSB # here\n" + Run, "trigger.cluster19_threshold", "4845 LSB")]
    [InlineData("trigger:\n  cluster7_threshold: 10.5 LSB # here\n" + Run, "trigger.cluster7_threshold", "whole number")]

    // Distributions.
    [InlineData("camera:\n  noise: {spread: 0.1 LSB} # here\n" + Run, "camera.noise", "normal or uniform")]
    [InlineData("camera:\n  noise: {normal: 1 LSB} # here\n" + Run, "camera.noise", "spread")]
    [InlineData("camera:\n  noise: [1 LSB, 2 LSB] # here\n" + Run, "camera.noise", "a list")]
    [InlineData("camera:\n  noise: {} # here\n" + Run, "camera.noise", "normal or uniform")]
    [InlineData("camera:\n  noise: {normal: 1 LSB, spread: 0 LSB} # here\n" + Run, "camera.noise.spread", "more than 0 LSB")]
    [InlineData("camera:\n  noise: {normal: 1 LSB, spread: 0.5 LSB} # here\n" + Run, "camera.noise.normal", "give a min")]
    [InlineData("camera:\n  crosstalk: {normal: 0.5, spread: 0.1, min: 0} # here\n" + Run, "camera.crosstalk.normal", "give a max")]
    [InlineData("camera:\n  crosstalk: {normal: 0.5, spread: 0.1, min: -1, max: 0.9} # here\n" + Run, "camera.crosstalk.min", "at least 0")]
    [InlineData("camera:\n  crosstalk:\n    normal: 0.1\n    spread: 0.01\n    min: 0.2\n    max: 0.1 # here\n" + Run, "camera.crosstalk.max", "more than min")]
    [InlineData("camera:\n  crosstalk: {normal: 0.1, spread: 0.01, min: 0.3, max: 0.4} # here\n" + Run, "camera.crosstalk.normal", "1 %")]
    [InlineData("camera:\n  crosstalk: {uniform: [0.1, 1.1]} # here\n" + Run, "camera.crosstalk.uniform", "1.1 is impossible")]
    [InlineData("camera:\n  crosstalk: {uniform: [0.2, 0.1]} # here\n" + Run, "camera.crosstalk.uniform", "less than the last")]
    [InlineData("camera:\n  crosstalk: {uniform: 0.2} # here\n" + Run, "camera.crosstalk.uniform", "both ends")]
    [InlineData("camera:\n  crosstalk: {uniform: [0.1, 0.2, 0.3]} # here\n" + Run, "camera.crosstalk.uniform", "both ends")]
    [InlineData("camera:\n  crosstalk: {uniform: [0.1, 0.2], max: 0.3} # here\n" + Run, "camera.crosstalk.max", "no other keys")]

    // Pulse and light.
    [InlineData("pulse: measured # here\n" + Run, "pulse", "'measured'", "analytic")]
    [InlineData("pulse: {tail_level: 1} # here\n" + Run, "pulse.tail_level", "less than 1")]
    [InlineData("pulse: {tail_level: 0.04, tail_end: 10 ns} # here\n" + Run, "pulse.tail_end", "more than 14.2 ns")]
    [InlineData("pulse: {tail_level: 0.04, tail_fall: 0 ns} # here\n" + Run, "pulse.tail_fall", "more than 0 ns")]
    [InlineData("pulse: {template: none.txt} # here\n" + Run, "pulse.template", "none.txt", "not exist")]
    [InlineData("pulse: {template: a.txt, tail_level: 0.04} # here\n" + Run, "pulse.tail_level", "its own tail")]
    [InlineData("light:\n  coverage: cts_90 # here\n" + Run, "light.coverage", "'cts_90'", "cts_120")]
    [InlineData("light:\n  coverage: CTS_0 # here\n" + Run, "light.coverage", "'cts_0'?")]
    [InlineData("light:\n  ac: {threshold: 40.5} # here\n" + Run, "light.ac.threshold", "whole number")]
    [InlineData("light:\n  ac: {coefficients: [1 pe, 1 pe, 1 pe, 1 pe, 1 pe]} # here\n" + Run, "light.ac.coefficients", "at most 4")]
    [InlineData("light:\n  ac: {coefficients: []} # here\n" + Run, "light.ac.coefficients", "list is empty")]
    [InlineData("light:\n  ac: {coefficients: [-0.1 pe]} # here\n" + Scan, "light.ac.coefficients", "level 160", "negative")]
    [InlineData("light:\n  ac: {coefficients: [100 pe, 100 pe]} # here\n" + Scan, "light.ac.coefficients", "level 160", "100000 pe")]
    [InlineData("light:\n  ac: {efficiency: -1} # here\n" + Run, "light.ac.efficiency", "at least 0")]
    [InlineData("light:\n  dc: {slope: 2} # here\n" + Run, "light.dc.slope", "at most 1")]
    [InlineData("light:\n  dc: {reference_rate: 40 LSB} # here\n" + Run, "light.dc.reference_rate", "is a rate")]
    [InlineData("runs:\n  - name: dc\n    kind: dc_scan\n    dc_levels: [0, 600] # here\n    events_per_level: 5\n", "runs.dc_levels", "level 600", "brighter")]
    [InlineData("light:\n  flash: {time: -1 ns} # here\n" + Run, "light.flash.time", "at least 0 ns")]
    [InlineData("light:\n  flash: {time: 190 ns} # here\n" + Scan, "light.flash.time", "204.2 ns", "50 samples")]
    [InlineData("samples: 18 # here\n" + Scan, "samples", "74.2 ns", "18 samples")]
    [InlineData("light:\n  flash: {time: 60 ns, pixel_delay: {uniform: [-80 ns, 0 ns]}} # here\n" + Scan, "light.flash.pixel_delay", "from -5.8 to 74.2 ns", "50 samples")]
    [InlineData("light:\n  flash:\n    time: 180 ns\n    pixel_delay: {normal: 0 ns, spread: 2 ns, min: -3 ns, max: 8 ns} # here\n" + Scan, "light.flash.pixel_delay", "from 191.2 to 202.2 ns", "200 ns")]
    [InlineData("samples: 20 # here\n" + Scan, "samples", "from 68.2 to 80.2 ns", "20 samples")]
    [InlineData("light:\n  flash: {jitter: -1 ns} # here\n" + Run, "light.flash.jitter", "at least 0 ns")]
    [InlineData("light:\n  flash: {pixel_delay: 1 us} # here\n" + Run, "light.flash.pixel_delay", "at most 100 ns")]

    // Faults.
    [InlineData("faults:\n  dead: 1296 # here\n" + Run, "faults.dead", "0 to 1295")]
    [InlineData("faults:\n  dead: [1,\n    -1] # here\n" + Run, "faults.dead", "0 to 1295")]
    [InlineData("faults:\n  dead: [5]\n  hot: [4, 5] # here\n" + Run, "faults.hot", "pixel 5", "dead")]
    [InlineData("faults:\n  dead: [5, 5] # here\n" + Run, "faults.dead", "pixel 5", "twice")]
    [InlineData("faults:\n  dead: [] # here\n" + Run, "faults.dead", "empty")]
    [InlineData("faults:\n  broken: [5] # here\n" + Run, "faults.broken", "unknown key")]
    [InlineData("faults:\n  swapped_modules: [[0, 5]] # here\n" + Run, "faults.swapped_modules", "1 to 108")]
    [InlineData("faults:\n  swapped_modules: [[5, 109]] # here\n" + Run, "faults.swapped_modules", "1 to 108")]
    [InlineData("faults:\n  swapped_modules: [[7, 7]] # here\n" + Run, "faults.swapped_modules", "module 7", "itself")]
    [InlineData("faults:\n  swapped_modules: [[1, 2], [2, 3]] # here\n" + Run, "faults.swapped_modules", "module 2", "already")]
    [InlineData("faults:\n  swapped_modules: [59, 88] # here\n" + Run, "faults.swapped_modules", "pairs")]
    [InlineData("faults:\n  swapped_modules: [[59, 88, 90]] # here\n" + Run, "faults.swapped_modules", "pairs")]

    // Runs.
    [InlineData("seed: 1 # here\n", "", "'runs'")]
    [InlineData("runs: [] # here\n", "runs", "empty")]
    [InlineData("runs:\n  dark: {kind: dark} # here\n", "runs", "list of runs")]
    [InlineData("runs:\n  - dark # here\n", "runs", "expected keys")]
    [InlineData("runs:\n  - kind: dark # here\n    events: 5\n", "runs", "'name'")]
    [InlineData("runs:\n  - name: a # here\n    events: 5\n", "runs", "'kind'")]
    [InlineData("runs:\n  - name: a # here\n    kind: dark\n", "runs", "'events'")]
    [InlineData("runs:\n  - name: a # here\n    kind: ac_scan\n    ac_levels: [1]\n", "runs", "'events_per_level'")]
    [InlineData("runs:\n  - name: a # here\n    kind: dc_scan\n    events_per_level: 5\n", "runs", "'dc_levels'")]
    [InlineData("runs:\n  - name: a\n    kind: darks # here\n    events: 5\n", "runs.kind", "'dark'?")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 5}\n  - {name: A, kind: dark, events: 5} # here\n", "runs.name", "already")]
    [InlineData("runs:\n  - {name: a/b, kind: dark, events: 5} # here\n", "runs.name", "'a/b'")]
    [InlineData("runs:\n  - {name: 'a b', kind: dark, events: 5} # here\n", "runs.name", "'a b'")]
    [InlineData("runs:\n  - {name: .., kind: dark, events: 5} # here\n", "runs.name", "'..'")]
    [InlineData("runs:\n  - {name: '', kind: dark, events: 5} # here\n", "runs.name", "no value")]
    [InlineData(Run + "    events_per_level: 5 # here\n", "runs.events_per_level", "kind dark", "events instead")]
    [InlineData(Scan + "    events: 5 # here\n", "runs.events", "kind ac_scan", "events_per_level instead")]
    [InlineData(Run + "    ac_levels: [1] # here\n", "runs.ac_levels", "kind dark has no ac_levels")]
    [InlineData(Scan + "    dc_levels: [1] # here\n", "runs.dc_levels", "kind ac_scan has no dc_levels")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 0} # here\n", "runs.events", "0 is impossible", "at least 1")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: -5} # here\n", "runs.events", "-5 is impossible")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: many} # here\n", "runs.events", "'many'")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 1e3} # here\n", "runs.events", "'1e3'")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: [1, 2, 3], events_per_level: 1000000000} # here\n", "runs.events_per_level", "3 levels of 1000000000 events", "at most 2000000")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 2000001} # here\n", "runs.events", "2000001 events", "at most 2000000")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: [], events_per_level: 5} # here\n", "runs.ac_levels", "empty")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: [5, -1], events_per_level: 5} # here\n", "runs.ac_levels", "0 to 4095")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: [4096], events_per_level: 5} # here\n", "runs.ac_levels", "0 to 4095")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: [10 pe], events_per_level: 5} # here\n", "runs.ac_levels", "'10 pe'")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 0, to: 100, step: 0}, events_per_level: 5} # here\n", "runs.ac_levels.step", "never end")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 0, to: 100, step: -5}, events_per_level: 5} # here\n", "runs.ac_levels.step", "from 0 to 100")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 100, to: 0, step: 5}, events_per_level: 5} # here\n", "runs.ac_levels.step", "from 100 to 0")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 0, to: 100}, events_per_level: 5} # here\n", "runs.ac_levels", "'step'")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 0, to: 5000, step: 5}, events_per_level: 5} # here\n", "runs.ac_levels.to", "0 to 4095")]
    [InlineData(Run + "    files: 0 # here\n", "runs.files", "1 to 1000")]
    [InlineData(Run + "    files: 21 # here\n", "runs.files", "21 files", "20 events")]
    [InlineData(Run + "    files: per_level # here\n", "runs.files", "no levels")]
    [InlineData(Run + "    files: several # here\n", "runs.files", "'several'", "whole number")]
    [InlineData("runs:\n  - {name: a, kind: ac_scan, ac_levels: {from: 0, to: 500, step: 1}, events_per_level: 5}\n  - name: b\n    kind: ac_dc_scan\n    ac_levels: {from: 0, to: 500, step: 1} # here\n    dc_levels: [1, 2]\n    events_per_level: 5\n", "runs.ac_levels", "1002 levels", "1000 files")]
    [InlineData(Run + "    clock: often # here\n", "runs.clock", "periodic", "random")]
    [InlineData(Run + "    rate: 100 # here\n", "runs.rate", "Hz, kHz, MHz or GHz")]
    [InlineData(Run + "    rate: 0 Hz # here\n", "runs.rate", "at least 0.001 Hz")]
    [InlineData(Run + "    rate: -100 Hz # here\n", "runs.rate", "impossible")]
    [InlineData(Run + "    event_type: pulse # here\n", "runs.event_type", "'pulser'?")]
    [InlineData(Run + "    event_type: 8 # here\n", "runs.event_type", "'8'")]
    [InlineData(Run + "    first_event_number: 4294967277 # here\n", "runs.first_event_number", "4294967295")]
    [InlineData(Run + "    first_event_number: 4294967296 # here\n", "runs.first_event_number", "4294967295")]
    [InlineData("samples: 1024\n" + Run + "    rate: 250 kHz # here\n", "runs.rate", "1024 samples", "4096 ns", "less than 244141 Hz")]
    [InlineData("samples: 250\n" + Run + "    rate: 1 MHz # here\n", "runs.rate", "overlap")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 1000000, rate: 0.001 Hz}\n  - name: b\n    kind: dark\n    events: 500000\n    rate: 0.001 Hz # here\n", "runs.rate", "52 years", "at most 50")]
    [InlineData("runs:\n  - {name: a, kind: dark, events: 4, files: 4, missing_events: 1} # here\n", "runs.missing_events", "a_001.fits.fz", "1 to 1 counted from 0")]
    [InlineData(Run + "    files: 3\n    missing_events: 0-3,5,14-19 # here\n", "runs.missing_events", "_002.fits.fz", "14 to 19")]
    [InlineData(Run + "    files: 20\n    missing_fraction: 0.5 # here\n", "runs.missing_fraction", "file")]
    [InlineData(Run + "    missing_fraction: 1 # here\n", "runs.missing_fraction", "at most 0.9")]
    [InlineData(Run + "    missing_fraction: 91 % # here\n", "runs.missing_fraction", "at most 0.9")]
    [InlineData(Run + "    missing_fraction: -1 % # here\n", "runs.missing_fraction", "at least 0")]
    [InlineData(Run + "    missing_events: 0- # here\n", "runs.missing_events", "all events are missing")]
    [InlineData(Run + "    missing_events: 0-19 # here\n", "runs.missing_events", "all events are missing")]
    [InlineData(Run + "    missing_events: 3-20 # here\n", "runs.missing_events", "no event 20", "20 events")]
    [InlineData(Run + "    missing_events: 3-x # here\n", "runs.missing_events", "'3-x'")]
    [InlineData(Run + "    missing_events: 9-3 # here\n", "runs.missing_events", "'9-3'")]
    [InlineData(Run + "    level_shift_events: 2 # here\n", "runs.level_shift_events", "no levels")]
    [InlineData(Scan + "    level_shift_events: 30 # here\n", "runs.level_shift_events", "30 events")]
    [InlineData(Scan + "    level_shift_events: -2147483648 # here\n", "runs.level_shift_events", "30 events")]
    [InlineData(Run + "    last_file_fraction: 0 # here\n", "runs.last_file_fraction", "more than 0")]
    [InlineData(Run + "    last_file_fraction: 1.1 # here\n", "runs.last_file_fraction", "at most 1")]
    public void Parse_BadPlan_OneSentenceNamesLineAndKey(string text, string key, params string[] words)
    {
        PlanException exception = Assert.Throws<PlanException>(() => CampaignPlanReader.Parse(text, "plans/plan.yaml", "nowhere"));
        int mark = text.IndexOf("# here", StringComparison.Ordinal);
        int line = mark < 0 ? exception.Line : text[..mark].Count(c => c == '\n') + 1;
        Assert.Equal((line, key, "plans/plan.yaml"), (exception.Line, exception.Key, exception.Path));
        string start = "plans/plan.yaml: " + (line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {line}: ") : "") + (key.Length > 0 ? key + ": " : "");
        AssertSentence(exception, start, words);
    }

    [Theory]
    [InlineData("", 0, "two points")]
    [InlineData("# time amplitude\n0 1\n", 0, "two points")]
    [InlineData("0 1\n1 2 3 4\n", 2, "4 columns")]
    [InlineData("0 1\n5\n", 2, "one column")]
    [InlineData("0 1\n# comment\n1 x\n", 3, "'x'")]
    [InlineData("0 1\n1 nan\n", 2, "'nan'")]
    [InlineData("0 1\n1,5 2\n", 2, "'1,5'")]
    [InlineData("0 1\n1e999 2\n", 2, "'1e999'")]
    [InlineData("0 1\n2 2\n2 3\n", 3, "2 ns")]
    [InlineData("0 1\n2 2\n1.5 3\n", 3, "1.5 ns")]
    [InlineData("0 -1\n2 0\n", 0, "peak")]
    [InlineData("0 1\n2001 0\n", 0, "2000 ns")]
    public void Template_NoPulse_OneSentenceNamesFileAndLine(string text, int line, string word)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        File.WriteAllText(folder.File("pulse.txt"), text);
        File.WriteAllText(folder.File("plan.yaml"), "pulse: {template: pulse.txt}\n" + Run);
        PlanException exception = Assert.Throws<PlanException>(() => CampaignPlanReader.Read(folder.File("plan.yaml")));
        string start = folder.File("pulse.txt") + ": " + (line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {line}: ") : "");
        AssertSentence(exception, start, word);
    }

    [Fact]
    public void Read_FileThatIsNoPlan_IsNamed()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Directory.CreateDirectory(folder.File("folder"));
        File.WriteAllBytes(folder.File("latin1.yaml"), "name: J\u00f6rg\n"u8.ToArray().Where(b => b != 0xC3).ToArray());
        File.WriteAllBytes(folder.File("binary.yaml"), [0x53, 0x00, 0x01, 0x02, 0x1B]);
        File.WriteAllText(folder.File("large.yaml"), new string('#', 2_000_000));
        foreach ((string name, string word) in (ReadOnlySpan<(string, string)>)[("none.yaml", "not exist"), ("folder", "folder"), ("latin1.yaml", "UTF-8"), ("large.yaml", "1 MB"), ("binary.yaml", "YAML")])
        {
            PlanException exception = Assert.Throws<PlanException>(() => CampaignPlanReader.Read(folder.File(name)));
            AssertSentence(exception, folder.File(name) + ": ", word);
        }
    }

    [Fact]
    public void Parse_DeepNesting_IsRefusedWithoutRecursion()
    {
        PlanException exception = Assert.Throws<PlanException>(() => CampaignPlanReader.Parse("seed: " + new string('[', 400_000), "plan.yaml", "."));
        AssertSentence(exception, "plan.yaml: line 1: ", "nested");
    }

    [Fact]
    public void Parse_AliasOfAliases_TakesNoMemory()
    {
        // Nine lists of nine references each to the one before: 400 million values if they were copied.
        string text = string.Concat(Enumerable.Range(0, 9).Select(i => $"k{i}: &a{i} [{string.Join(", ", Enumerable.Repeat(i == 0 ? "x" : $"*a{i - 1} ", 9))}]\n"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<PlanException>(() => CampaignPlanReader.Parse(text, "plan.yaml", "."));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    private static void AssertSentence(PlanException exception, string start, params string[] words)
    {
        string message = exception.Message;
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain(". ", message, StringComparison.Ordinal);
        Assert.NotEqual('.', message[^1]);
    }
}
