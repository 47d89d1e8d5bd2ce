"""The arrays in an HDF5 file from elsewhere, without what leads out of it."""

from collections.abc import Collection, Iterator
from pathlib import Path

import h5py

from intercept.runtime.errors import UserError


def arrays_below(
    path: str | Path, group: h5py.Group, left_out: Collection[str] = ()
) -> Iterator[h5py.Dataset]:
    """Every array below a group; nothing outside of the file is followed.

    Args:
        path: of the file, for messages.
        group: of the opened file.
        left_out: names in this group that are not looked at.

    Yields:
        The arrays, unread.

    Raises:
        UserError: there is a link, or an array that lies elsewhere.
    """
    for name in group:
        if name in left_out:
            continue
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise UserError(f"{path}: {name!r} leads elsewhere; save the network again")
        found = group[name]
        if isinstance(found, h5py.Group):
            yield from arrays_below(path, found)
        elif found.external or found.is_virtual:
            raise UserError(f"{path}: {name!r} lies in another file; save the network again")
        else:
            yield found
