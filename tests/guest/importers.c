// SPDX-License-Identifier: GPL-2.0-only
/*
 * Importers take the buffers of every contiguous heap, and each byte that went
 * through one is compared:
 *
 *	vivid	V4L2_MEMORY_DMABUF, by dma-contig, which refuses what is not contiguous
 *	vim2m	V4L2_MEMORY_DMABUF, by a mapping in the kernel, from one heap to the next
 *	vkms	PRIME, from one heap to the next
 *
 * and vivid and vkms one buffer at a time. The kernel wants vivid.allocators=1.
 */
#include <poll.h>
#include <drm/drm.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_mode.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>
#include "guest.h"

#define WIDTH		640
#define HEIGHT		360
#define PIXELS		(WIDTH * HEIGHT)
#define FRAME		(PIXELS * 4)
#define NR_BUFFERS	3
#define NR_FRAMES	4
#define TIMEOUT		10000	/* ms */
#define POISON		0x5a

static const struct {
	const char *pattern;
	uint32_t pixel;
} colours[] = {
	{ "100% Red", 0xff0000 }, { "100% Green", 0x00ff00 },
	{ "100% Blue", 0x0000ff }, { "100% White", 0xffffff },
};

static int vivid, vim2m;

static int xioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret && errno == EINTR);
	return ret;
}

/*
 * Around what the CPU does with a buffer. It reaches the caches only where a
 * device has mapped the buffer: before that there is nothing to keep in step.
 */
static void sync_buffer(const struct buffer *b, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	if (xioctl(b->fd, DMA_BUF_IOCTL_SYNC, &sync))
		die("DMA_BUF_IOCTL_SYNC");
}

static void fill(const struct buffer *b, int byte)
{
	sync_buffer(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	memset(b->map, byte, b->len);
	sync_buffer(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

/* No two pixels in a row are alike, and no two seeds give the same */
static void fill_noise(const struct buffer *b, uint32_t seed)
{
	sync_buffer(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	for (size_t i = 0; i < b->len / 4; i++) {
		seed = seed * 1664525 + 1013904223;
		((uint32_t *)b->map)[i] = seed ^ seed >> 16;
	}
	sync_buffer(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

/* Return: how many of the words in @len bytes differ in the bits of @mask */
static size_t differences(const struct buffer *a, const struct buffer *b, size_t len,
			  uint32_t mask)
{
	size_t n = 0;

	sync_buffer(a, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	sync_buffer(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	for (size_t i = 0; i < len / 4; i++)
		n += ((((uint32_t *)a->map)[i] ^ ((uint32_t *)b->map)[i]) & mask) != 0;
	sync_buffer(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	sync_buffer(a, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	return n;
}

/* V4L2 */

static int open_video(const char *driver, uint32_t caps)
{
	for (unsigned int i = 0; i < 64; i++) {
		struct v4l2_capability cap;
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/video%u", i);
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		if (!xioctl(fd, VIDIOC_QUERYCAP, &cap) && !strcmp((char *)cap.driver, driver) &&
		    (cap.device_caps & caps) == caps)
			return fd;
		close(fd);
	}
	errno = ENODEV;
	die(driver);
	return -1;
}

/* vivid's controls are known by their names alone */
static void set_menu(int fd, const char *name, const char *item)
{
	struct v4l2_queryctrl ctrl = { .id = V4L2_CTRL_FLAG_NEXT_CTRL };

	for (; !xioctl(fd, VIDIOC_QUERYCTRL, &ctrl); ctrl.id |= V4L2_CTRL_FLAG_NEXT_CTRL) {
		struct v4l2_querymenu menu = { .id = ctrl.id };

		if (strcmp((char *)ctrl.name, name))
			continue;
		for (; menu.index <= (uint32_t)ctrl.maximum; menu.index++) {
			struct v4l2_control set = { .id = ctrl.id, .value = menu.index };

			if (!xioctl(fd, VIDIOC_QUERYMENU, &menu) &&
			    !strcmp((char *)menu.name, item) && !xioctl(fd, VIDIOC_S_CTRL, &set))
				return;
		}
	}
	die(item);
}

static void set_format(int fd, uint32_t type, uint32_t fourcc, uint32_t size)
{
	struct v4l2_format format = { .type = type };

	format.fmt.pix.width = WIDTH;
	format.fmt.pix.height = HEIGHT;
	format.fmt.pix.pixelformat = fourcc;
	format.fmt.pix.field = V4L2_FIELD_NONE;
	if (xioctl(fd, VIDIOC_S_FMT, &format))
		die("VIDIOC_S_FMT");
	if (format.fmt.pix.sizeimage != size || format.fmt.pix.pixelformat != fourcc ||
	    format.fmt.pix.width != WIDTH || format.fmt.pix.height != HEIGHT) {
		errno = EINVAL;
		die("another format than asked for");
	}
}

static void request_buffers(int fd, uint32_t type, unsigned int count)
{
	struct v4l2_requestbuffers request = {
		.type = type, .memory = V4L2_MEMORY_DMABUF, .count = count,
	};

	if (xioctl(fd, VIDIOC_REQBUFS, &request) || request.count < count)
		die("VIDIOC_REQBUFS");
}

static bool queue(int fd, uint32_t type, unsigned int index, int dmabuf, uint32_t used)
{
	struct v4l2_buffer buf = {
		.type = type, .memory = V4L2_MEMORY_DMABUF, .index = index,
		.m.fd = dmabuf, .bytesused = used, .field = V4L2_FIELD_NONE,
	};

	return !xioctl(fd, VIDIOC_QBUF, &buf);
}

/* Return: the index of a buffer that is through, whole and without an error, or -1 */
static int dequeue(int fd, uint32_t type, uint32_t used)
{
	struct v4l2_buffer buf = { .type = type, .memory = V4L2_MEMORY_DMABUF };
	struct pollfd pfd = { fd, type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? POLLIN : POLLOUT, 0 };

	if (poll(&pfd, 1, TIMEOUT) != 1 || xioctl(fd, VIDIOC_DQBUF, &buf) ||
	    buf.flags & V4L2_BUF_FLAG_ERROR || buf.bytesused != used)
		return -1;
	return buf.index;
}

static bool stream(int fd, uint32_t type, bool on)
{
	return !xioctl(fd, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

static void vivid_setup(void)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	vivid = open_video("vivid", V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);
	set_format(vivid, V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_XBGR32, FRAME);
	/* If the machine cannot keep up, vivid asks for a negative timeout, and that is logged */
	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = 15;
	if (xioctl(vivid, VIDIOC_S_PARM, &parm))
		die("VIDIOC_S_PARM");
	/* No text in the picture */
	set_menu(vivid, "OSD Text Mode", "None");
}

/* Return: how many pixels are not of this colour; 8 of 255 may be lost in rounding */
static size_t strangers(const struct buffer *b, uint32_t pixel)
{
	size_t n = 0;

	sync_buffer(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	for (size_t i = 0; i < PIXELS; i++)
		for (unsigned int c = 0; c < 3; c++) {
			int off = b->map[4 * i + c] - (int)(pixel >> 8 * c & 0xff);

			if (abs(off) > 8) {
				n++;
				break;
			}
		}
	sync_buffer(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	return n;
}

/* Frames of each colour in turn; a buffer is full of something else before each */
static void vivid_streams(const struct heap *h)
{
	static const uint32_t type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct buffer b[NR_BUFFERS] = {};
	unsigned int frames = 0;
	size_t wrong = 0;

	for (unsigned int i = 0; i < NR_BUFFERS; i++)
		if (!allocate(h, FRAME, &b[i]))
			die(h->name);
	request_buffers(vivid, type, NR_BUFFERS);
	for (unsigned int c = 0; c < sizeof(colours) / sizeof(colours[0]); c++) {
		bool ok = true;

		set_menu(vivid, "Test Pattern", colours[c].pattern);
		for (unsigned int i = 0; i < NR_BUFFERS; i++) {
			fill(&b[i], POISON);
			ok = ok && queue(vivid, type, i, b[i].fd, 0);
		}
		ok = ok && stream(vivid, type, true);
		for (unsigned int n = 0; ok && n < NR_FRAMES; n++) {
			int i = dequeue(vivid, type, FRAME);

			if (i < 0)
				break;
			frames++;
			wrong += strangers(&b[i], colours[c].pixel);
			fill(&b[i], POISON);
			ok = queue(vivid, type, i, b[i].fd, 0);
		}
		if (!ok)
			printf("# %s: %m\n", colours[c].pattern);
		stream(vivid, type, false);
	}
	request_buffers(vivid, type, 0);
	for (unsigned int i = 0; i < NR_BUFFERS; i++)
		release(&b[i]);

	printf("# %s: %u frames, %zu wrong pixels\n", h->name, frames, wrong);
	check(frames == NR_FRAMES * sizeof(colours) / sizeof(colours[0]) && !wrong,
	      "vivid streams into %s", h->name);
}

/* A buffer whose pages lie in reverse, so that no two of them follow each other */
static int scattered(size_t len)
{
	size_t page = sysconf(_SC_PAGESIZE), count = len / page;
	struct udmabuf_create_list *list = calloc(1, sizeof(*list) + count * sizeof(list->list[0]));
	int memfd = memfd_create("scattered", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd;

	if (!list || memfd < 0 || dev < 0 || ftruncate(memfd, len) ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		die("/dev/udmabuf");
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	list->count = count;
	for (size_t i = 0; i < count; i++) {
		list->list[i].memfd = memfd;
		list->list[i].offset = (count - 1 - i) * page;
		list->list[i].size = page;
	}
	fd = ioctl(dev, UDMABUF_CREATE_LIST, list);
	if (fd < 0)
		die("UDMABUF_CREATE_LIST");
	close(dev);
	close(memfd);
	free(list);
	return fd;
}

/* What makes the frames above a proof that the buffers are contiguous */
static void vivid_refuses(void)
{
	int fd = scattered(FRAME);

	request_buffers(vivid, V4L2_BUF_TYPE_VIDEO_CAPTURE, 1);
	errno = 0;
	check(!queue(vivid, V4L2_BUF_TYPE_VIDEO_CAPTURE, 0, fd, 0) && errno == EFAULT,
	      "vivid refuses a buffer that is not contiguous");
	request_buffers(vivid, V4L2_BUF_TYPE_VIDEO_CAPTURE, 0);
	close(fd);
}

static void vim2m_setup(void)
{
	vim2m = open_video("vim2m", V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);
	set_format(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_PIX_FMT_RGB24, PIXELS * 3);
	set_format(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_PIX_FMT_RGB24, PIXELS * 3);
}

static void vim2m_copies(const struct heap *from, const struct heap *to)
{
	struct buffer src, dst;
	unsigned int frames = 0;
	size_t wrong = 0;

	if (!allocate(from, PIXELS * 3, &src) || !allocate(to, PIXELS * 3, &dst))
		die(from->name);
	request_buffers(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, 1);
	request_buffers(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, 1);
	for (unsigned int n = 0; n < NR_FRAMES; n++) {
		fill_noise(&src, n);
		fill(&dst, POISON);
		if (!queue(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, 0, src.fd, PIXELS * 3) ||
		    !queue(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, 0, dst.fd, 0) ||
		    (!n && (!stream(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, true) ||
			    !stream(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, true))) ||
		    dequeue(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, PIXELS * 3) < 0 ||
		    dequeue(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, PIXELS * 3) < 0) {
			printf("# %s: %m\n", from->name);
			break;
		}
		frames++;
		wrong += differences(&src, &dst, PIXELS * 3, 0xffffffff);
	}
	stream(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, false);
	stream(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, false);
	request_buffers(vim2m, V4L2_BUF_TYPE_VIDEO_OUTPUT, 0);
	request_buffers(vim2m, V4L2_BUF_TYPE_VIDEO_CAPTURE, 0);
	release(&src);
	release(&dst);

	printf("# %s: %u frames, %zu wrong words\n", from->name, frames, wrong);
	check(frames == NR_FRAMES && !wrong, "vim2m copies from %s to %s", from->name, to->name);
}

/* DRM */

static struct {
	int fd;
	uint32_t crtc, plane, writeback, mode;
} vkms;

/* A commit, its properties one object after the other */
static struct {
	uint32_t objects[8], counts[8], properties[32];
	uint64_t values[32];
	unsigned int nr_objects, nr_properties;
} commit;

/* Return: the id of the property, and its value in @value if that is not NULL; or 0 */
static uint32_t property(uint32_t object, uint32_t type, const char *name, uint64_t *value)
{
	uint32_t ids[64];
	uint64_t values[64];
	struct drm_mode_obj_get_properties get = {
		.obj_id = object, .obj_type = type, .count_props = 64,
		.props_ptr = (uintptr_t)ids, .prop_values_ptr = (uintptr_t)values,
	};

	if (xioctl(vkms.fd, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get))
		die("DRM_IOCTL_MODE_OBJ_GETPROPERTIES");
	for (uint32_t i = 0; i < get.count_props && i < 64; i++) {
		struct drm_mode_get_property prop = { .prop_id = ids[i] };

		if (xioctl(vkms.fd, DRM_IOCTL_MODE_GETPROPERTY, &prop) || strcmp(prop.name, name))
			continue;
		if (value)
			*value = values[i];
		return ids[i];
	}
	return 0;
}

static void set(uint32_t object, uint32_t type, const char *name, uint64_t value)
{
	uint32_t id = property(object, type, name, NULL);

	if (!id) {
		errno = ENOENT;
		die(name);
	}
	if (!commit.nr_objects || commit.objects[commit.nr_objects - 1] != object)
		commit.objects[commit.nr_objects++] = object;
	commit.counts[commit.nr_objects - 1]++;
	commit.properties[commit.nr_properties] = id;
	commit.values[commit.nr_properties++] = value;
}

static void vkms_open(void)
{
	for (unsigned int i = 0; i < 8; i++) {
		char path[32], name[32] = "";
		struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

		snprintf(path, sizeof(path), "/dev/dri/card%u", i);
		vkms.fd = open(path, O_RDWR | O_CLOEXEC);
		if (vkms.fd < 0)
			continue;
		if (!xioctl(vkms.fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "vkms"))
			return;
		close(vkms.fd);
	}
	errno = ENODEV;
	die("vkms");
}

static void vkms_setup(void)
{
	static const uint64_t caps[] = {
		DRM_CLIENT_CAP_UNIVERSAL_PLANES, DRM_CLIENT_CAP_ATOMIC,
		DRM_CLIENT_CAP_WRITEBACK_CONNECTORS,
	};
	struct drm_mode_modeinfo mode = {
		.clock = 800 * 450 * 60 / 1000, .vrefresh = 60,
		.hdisplay = WIDTH, .hsync_start = 656, .hsync_end = 752, .htotal = 800,
		.vdisplay = HEIGHT, .vsync_start = 370, .vsync_end = 372, .vtotal = 450,
	};
	struct drm_mode_create_blob blob = { .data = (uintptr_t)&mode, .length = sizeof(mode) };
	uint32_t crtcs[8], connectors[8], planes[32];
	struct drm_mode_card_res res = {
		.crtc_id_ptr = (uintptr_t)crtcs, .count_crtcs = 8,
		.connector_id_ptr = (uintptr_t)connectors, .count_connectors = 8,
	};
	struct drm_mode_get_plane_res plane_res = {
		.plane_id_ptr = (uintptr_t)planes, .count_planes = 32,
	};

	vkms_open();
	for (unsigned int i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct drm_set_client_cap cap = { caps[i], 1 };

		if (xioctl(vkms.fd, DRM_IOCTL_SET_CLIENT_CAP, &cap))
			die("DRM_IOCTL_SET_CLIENT_CAP");
	}
	if (xioctl(vkms.fd, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob) ||
	    xioctl(vkms.fd, DRM_IOCTL_MODE_GETRESOURCES, &res) || !res.count_crtcs ||
	    xioctl(vkms.fd, DRM_IOCTL_MODE_GETPLANERESOURCES, &plane_res))
		die("vkms: resources");
	vkms.mode = blob.blob_id;
	vkms.crtc = crtcs[0];
	for (uint32_t i = 0; i < res.count_connectors && i < 8; i++) {
		struct drm_mode_get_connector get = { .connector_id = connectors[i] };

		if (!xioctl(vkms.fd, DRM_IOCTL_MODE_GETCONNECTOR, &get) &&
		    get.connector_type == DRM_MODE_CONNECTOR_WRITEBACK)
			vkms.writeback = connectors[i];
	}
	for (uint32_t i = 0; i < plane_res.count_planes && i < 32; i++) {
		uint64_t type;

		/* 1 is a primary plane */
		if (property(planes[i], DRM_MODE_OBJECT_PLANE, "type", &type) && type == 1)
			vkms.plane = planes[i];
	}
	if (!vkms.writeback || !vkms.plane) {
		errno = ENOENT;
		die("vkms: writeback connector, primary plane");
	}
}

/* Return: the framebuffer, or 0 */
static uint32_t vkms_import(const struct buffer *b, uint32_t *handle)
{
	struct drm_prime_handle prime = { .fd = b->fd };
	struct drm_mode_fb_cmd2 fb = {
		.width = WIDTH, .height = HEIGHT, .pixel_format = DRM_FORMAT_XRGB8888,
		.pitches = { WIDTH * 4 },
	};

	*handle = 0;
	if (xioctl(vkms.fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime))
		return 0;
	*handle = prime.handle;
	fb.handles[0] = prime.handle;
	if (xioctl(vkms.fd, DRM_IOCTL_MODE_ADDFB2, &fb))
		return 0;
	return fb.fb_id;
}

static void vkms_forget(uint32_t fb, uint32_t handle)
{
	struct drm_gem_close gem = { .handle = handle };

	if (fb)
		xioctl(vkms.fd, DRM_IOCTL_MODE_RMFB, &fb);
	if (handle)
		xioctl(vkms.fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

/* Show one framebuffer, and have what is to be seen written into another */
static bool vkms_show(uint32_t src, uint32_t dst)
{
	int32_t fence = -1;
	struct drm_mode_atomic atomic = {
		.flags = DRM_MODE_ATOMIC_ALLOW_MODESET,
		.objs_ptr = (uintptr_t)commit.objects,
		.count_props_ptr = (uintptr_t)commit.counts,
		.props_ptr = (uintptr_t)commit.properties,
		.prop_values_ptr = (uintptr_t)commit.values,
	};
	struct pollfd pfd = { .events = POLLIN };
	bool ok;

	memset(&commit, 0, sizeof(commit));
#define SET(object, type, name, value) set(vkms.object, DRM_MODE_OBJECT_ ## type, name, value)
	SET(plane, PLANE, "FB_ID", src);
	SET(plane, PLANE, "CRTC_ID", vkms.crtc);
	SET(plane, PLANE, "SRC_X", 0);
	SET(plane, PLANE, "SRC_Y", 0);
	SET(plane, PLANE, "SRC_W", WIDTH << 16);
	SET(plane, PLANE, "SRC_H", HEIGHT << 16);
	SET(plane, PLANE, "CRTC_X", 0);
	SET(plane, PLANE, "CRTC_Y", 0);
	SET(plane, PLANE, "CRTC_W", WIDTH);
	SET(plane, PLANE, "CRTC_H", HEIGHT);
	SET(crtc, CRTC, "MODE_ID", vkms.mode);
	SET(crtc, CRTC, "ACTIVE", 1);
	SET(writeback, CONNECTOR, "CRTC_ID", vkms.crtc);
	SET(writeback, CONNECTOR, "WRITEBACK_FB_ID", dst);
	SET(writeback, CONNECTOR, "WRITEBACK_OUT_FENCE_PTR", (uintptr_t)&fence);
#undef SET
	atomic.count_objs = commit.nr_objects;
	if (xioctl(vkms.fd, DRM_IOCTL_MODE_ATOMIC, &atomic))
		return false;
	pfd.fd = fence;
	ok = poll(&pfd, 1, TIMEOUT) == 1;
	close(fence);
	return ok;
}

static void vkms_shows(const struct heap *from, const struct heap *to)
{
	uint32_t src_fb, src_handle, dst_fb, dst_handle;
	struct buffer src, dst;
	size_t wrong = PIXELS;

	if (!allocate(from, FRAME, &src) || !allocate(to, FRAME, &dst))
		die(from->name);
	src_fb = vkms_import(&src, &src_handle);
	dst_fb = vkms_import(&dst, &dst_handle);
	fill_noise(&src, 1);
	fill(&dst, POISON);
	if (src_fb && dst_fb && vkms_show(src_fb, dst_fb))
		wrong = differences(&src, &dst, FRAME, 0x00ffffff);
	else
		printf("# %s: %m\n", from->name);
	vkms_forget(src_fb, src_handle);
	vkms_forget(dst_fb, dst_handle);
	release(&src);
	release(&dst);

	printf("# %s: %zu wrong pixels\n", from->name, wrong);
	check(!wrong, "vkms shows %s, and writes it into %s", from->name, to->name);
}

static bool bufinfo_says(const char *what)
{
	static char buf[65536];

	return read_file("/sys/kernel/debug/dma_buf/bufinfo", buf, sizeof(buf)) &&
	       strstr(buf, what);
}

/*
 * One buffer, in the hands of two devices at once: what one writes the other shows.
 * It is vivid's until it is dequeued, and that is last.
 */
static void shared(const struct heap *h, const struct heap *to)
{
	static const uint32_t type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct pollfd pfd = { vivid, POLLIN, 0 };
	uint32_t fb, handle, dst_fb, dst_handle;
	size_t wrong = PIXELS, others = 0;
	struct buffer b, dst;
	bool both = false;

	if (!allocate(h, FRAME, &b) || !allocate(to, FRAME, &dst))
		die(h->name);
	fb = vkms_import(&b, &handle);
	dst_fb = vkms_import(&dst, &dst_handle);
	set_menu(vivid, "Test Pattern", "100% Color Squares");
	request_buffers(vivid, type, 1);
	fill(&b, POISON);
	fill(&dst, POISON);
	if (fb && dst_fb && queue(vivid, type, 0, b.fd, 0) && stream(vivid, type, true) &&
	    poll(&pfd, 1, TIMEOUT) == 1 && vkms_show(fb, dst_fb)) {
		both = bufinfo_says("\nTotal 2 devices attached\n");
		if (!dequeue(vivid, type, FRAME))
			wrong = differences(&b, &dst, FRAME, 0x00ffffff);
		for (size_t i = 0; i < PIXELS; i++)
			others += ((uint32_t *)dst.map)[i] != *(uint32_t *)dst.map;
	} else {
		printf("# %s: %m\n", h->name);
	}
	stream(vivid, type, false);
	request_buffers(vivid, type, 0);
	vkms_forget(fb, handle);
	vkms_forget(dst_fb, dst_handle);
	release(&b);
	release(&dst);

	printf("# %s: %zu wrong pixels, %zu differ from the first\n", h->name, wrong, others);
	check(both && !wrong && others > PIXELS / 2,
	      "vivid writes what vkms shows, both in %s", h->name);
}

/* The kernel may let go of the last ones a moment later */
static bool none_left(void)
{
	for (unsigned int i = 0; i < 100; i++) {
		if (bufinfo_says("\nTotal 0 objects"))
			return true;
		usleep(10000);
	}
	return false;
}

int main(void)
{
	unsigned int n = 0;

	read_heaps();
	/* The system heap is the one that is not contiguous */
	for (unsigned int i = 0; i < nr_heaps; i++)
		if (strcmp(heaps[i].name, "system"))
			heaps[n++] = heaps[i];
	vivid_setup();
	vim2m_setup();
	vkms_setup();

	vivid_refuses();
	for (unsigned int i = 0; i < n; i++) {
		const struct heap *next = &heaps[(i + 1) % n];

		vivid_streams(&heaps[i]);
		vim2m_copies(&heaps[i], next);
		vkms_shows(&heaps[i], next);
		shared(&heaps[i], next);
	}
	close(vkms.fd);
	close(vim2m);
	close(vivid);
	check(none_left(), "no dma-buf is left");
	return done();
}
