"""Reads and makes files of other tools and tells what is in them as JSON; floats as the 16 digits of their bits."""
import json
import struct
import sys


def bits(value):
    return struct.pack('<d', float(value)).hex()


def column(values):
    import numpy
    values = numpy.asarray(values)
    if values.dtype == bool:
        return {'type': 'bool', 'values': [bool(v) for v in values]}
    if values.dtype.kind in 'iu':
        return {'type': str(values.dtype), 'values': [int(v) for v in values]}
    return {'type': str(values.dtype), 'values': [bits(v) for v in values]}


def frame(path):
    import pandas
    df = pandas.read_hdf(path)
    with pandas.HDFStore(path, 'r') as store:
        keys = store.keys()
    return {
        'keys': keys,
        'labels': [c if isinstance(c, str) else float(c) for c in df.columns],
        'label_name': df.columns.name,
        'index_name': df.index.name,
        'index': [int(i) for i in df.index],
        'columns': [column(df[c]) for c in df.columns],
    }


def attributes(path):
    """Everything h5py sees of a file, for a comparison of two."""
    import h5py
    found = {}

    def show(name, node):
        entry = {}
        for key in node.attrs:
            attribute = node.attrs.get_id(key)
            value = node.attrs[key]
            entry[key] = [str(attribute.dtype), attribute.get_space().get_simple_extent_type(), attribute.get_type().get_class(), 'empty' if isinstance(value, h5py.Empty) else str(value)]
        if isinstance(node, h5py.Dataset):
            kind = node.id.get_type()
            entry['//'] = [str(node.dtype), kind.get_class(), list(node.shape), node.chunks, node.compression, node[()].tobytes().hex()]
        found[name] = entry

    with h5py.File(path, 'r') as file:
        show('/', file)
        file.visititems(show)
    return found


def tables(path):
    import tables as pytables
    with pytables.open_file(path, 'r') as file:
        return {node._v_pathname: [node.atom.type, [int(n) for n in node.shape]] for node in file.walk_nodes('/', 'Array')}


def make(kind, path):
    import numpy
    import pandas
    rng = numpy.random.default_rng(7)
    n = 1296
    if kind == 'mixed':
        df = pandas.DataFrame({'pixel_id': numpy.arange(n), 'a': rng.normal(size=n), 'ok': rng.random(n) > 0.5, 'f': rng.random(n).astype('f4'), 'i': rng.integers(-9, 9, n).astype('i4'),
                               'u': rng.integers(0, 9, n).astype('u1'), 'b': rng.normal(size=n)})
        df = df[['b', 'ok', 'i', 'a', 'pixel_id', 'u', 'f']]
        df.loc[3, 'a'] = numpy.nan
        df.to_hdf(path, key='df')
    elif kind == 'zipped':
        pandas.DataFrame({'a': rng.normal(size=n)}).to_hdf(path, key='df', complib='zlib', complevel=5)
    elif kind == 'labels':
        pandas.DataFrame(rng.normal(size=(3, 176)), columns=numpy.linspace(-50, 125, 176)).to_hdf(path, key='df_hists')
    elif kind == 'named':
        df = pandas.DataFrame({'a': [1.0, 2]}, index=[5, 9])
        df.index.name = 'pixel'
        df.to_hdf(path, key='group/df')
    elif kind == 'averaged':
        data = {'pixel_id': numpy.arange(n) * 1.0, 'gain': rng.normal(20, 1, n), 'dc_to_pe': rng.normal(22, 1, n), 'calib_flag': (rng.random(n) > 0.1) * 1.0}
        df = pandas.DataFrame(data)
        df.loc[[5, 700]] = numpy.nan
        df.to_hdf(path, key='df_param')
    elif kind == 'like_ours':
        df = frame_of(sys.argv[4])
        df.to_hdf(path, key=sys.argv[5])
        return {}
    elif kind == 'objects':
        pandas.DataFrame({'a': [1.0, 2], 'who': ['x', 'y']}).to_hdf(path, key='df')
    elif kind == 'dates':
        pandas.DataFrame({'a': [1.0, 2], 'when': pandas.to_datetime(['2020-01-01', '2021-01-01'])}).to_hdf(path, key='df')
    elif kind == 'text_index':
        pandas.DataFrame({'a': [1.0, 2]}, index=['u', 'v']).to_hdf(path, key='df')
    elif kind == 'table':
        pandas.DataFrame({'a': [1.0, 2]}).to_hdf(path, key='df', format='table')
    elif kind == 'empty':
        pandas.DataFrame({'a': numpy.array([], float)}).to_hdf(path, key='df')
    elif kind == 'multi':
        pandas.DataFrame({('a', 'b'): [1.0, 2]}).to_hdf(path, key='df')
    elif kind == 'two':
        pandas.DataFrame({'a': [1.0, 2]}).to_hdf(path, key='one')
        pandas.DataFrame({'a': [1.0, 2]}).to_hdf(path, key='two')
        return {}
    elif kind == 'series':
        pandas.Series([1.0, 2]).to_hdf(path, key='s')
    elif kind == 'mixed_labels':
        pandas.DataFrame({1: [1.0, 2], 'b': [1, 2]}).to_hdf(path, key='df')
    elif kind == 'complex':
        pandas.DataFrame({'a': [1.0, 2], 'z': [1j, 2]}).to_hdf(path, key='df')
    else:
        raise ValueError(kind)
    try:
        return frame(path)
    except Exception:
        return {}


def frame_of(path):
    import pandas
    return pandas.read_hdf(path)


def yml(path):
    import yaml
    with open(path) as file:
        found = yaml.safe_load(file)
    return {key: [type(v).__name__ for v in values][:1] + [bits(v) for v in values] for key, values in found.items()}


def make_yml(path):
    import numpy
    import yaml
    rng = numpy.random.default_rng(3)
    keys = ['baseline', 'gain', 'sigma_e', 'sigma_s', 'mu_xt', 'dark_count_rate']
    data = {key: [float(v) for v in rng.normal(5, 1, 1296) * 10.0 ** rng.integers(-8, 8, 1296)] for key in keys}
    data['gain'][7] = float('nan')
    data['gain'][8] = float('inf')
    data['pixel_id'] = list(range(1296))
    data['bad_pixels'] = [7, 8]
    with open(path, 'w') as file:
        yaml.dump(data, file)
    return {key: [bits(v) for v in values] for key, values in data.items()}


def npz(path):
    import numpy
    with numpy.load(path, allow_pickle=False) as file:
        return {key: {'shape': list(file[key].shape), 'values': [bits(v) for v in file[key].ravel()]} for key in file.files}


def make_npz(path):
    """Arrays of every type that is read, and some that are not."""
    import numpy
    rng = numpy.random.default_rng(5)
    n = 1296
    data = {
        'f8': rng.normal(size=n) * 10.0 ** rng.integers(-300, 300, n),
        'f4': rng.normal(size=n).astype('f4'),
        'i8': rng.integers(-2**63, 2**63 - 1, n),
        'i4': rng.integers(-2**31, 2**31 - 1, n).astype('i4'),
        'u4': rng.integers(0, 2**32 - 1, n).astype('u4'),
        'u1': rng.integers(0, 255, n).astype('u1'),
        'b1': rng.random(n) > 0.5,
        'mu': rng.normal(size=(3, n)),
        'counts': numpy.asfortranarray(rng.integers(0, 9, (2, n))),
    }
    data['f8'][:4] = [numpy.nan, numpy.inf, -0.0, 5e-324]
    data['f4'][:3] = [numpy.nan, -numpy.inf, 1e-45]
    other = {'levels': numpy.arange(3), 'text': numpy.array(['a'] * n), 'big': rng.normal(size=n).astype('>f8'), 'one': numpy.float64(2), 'z': numpy.zeros(n, complex),
             'records': numpy.zeros(n, [('a', 'f8'), ('b', 'i4')]), 'objects': numpy.array([None] * n)}
    numpy.savez_compressed(path, **data, **other)
    numpy.savez(path + '.none.npz', **other)
    found = {}
    for name, values in data.items():
        if values.ndim == 1:
            found[name] = column(values)
        else:
            found.update({f'{name}_{k}': column(row) for k, row in enumerate(values)})
    return found


def make_csv(path):
    """A table as pandas writes it, lines in another order, empty cells for NaN."""
    import numpy
    import pandas
    rng = numpy.random.default_rng(6)
    n = 1296
    df = pandas.DataFrame({'pixel_id': numpy.arange(n), 'gain': rng.normal(20, 1, n), 'sigma_pe': rng.normal(size=n), 'n': rng.integers(-2**63, 2**63 - 1, n), 'ok': rng.random(n) > 0.5, 'time, mean': rng.normal(size=n)})
    df.loc[7, 'gain'] = numpy.nan
    df.loc[8, 'gain'] = numpy.inf
    df.sample(frac=1, random_state=1).to_csv(path, index=False)
    df.drop(columns='pixel_id').to_csv(path + '.index.csv')
    return {c: column(df[c]) for c in df.columns if c != 'pixel_id'}


def fits(path):
    from astropy.io import fits as afits
    with afits.open(path) as file:
        file.verify('exception')
        table = file[1]
        return {'columns': {name: [str(table.data[name].dtype), [bits(v) for v in table.data[name]]] for name in table.columns.names},
                'units': {c.name: c.unit for c in table.columns}, 'checksum': table.verify_checksum(), 'datasum': table.verify_datasum()}


if __name__ == '__main__':
    result = globals()[sys.argv[1]](*sys.argv[2:4])
    json.dump(result, sys.stdout)
